export * from './config';
export * from './config.module';
export { SettingsError, loadSettings } from './load-settings';
export { settingsSchema, type Settings } from './settings';
