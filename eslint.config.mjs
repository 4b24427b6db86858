import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Lint finds mistakes; Prettier owns the layout and tools/architecture owns the boundaries. The rules that need types
 * are the few whose faults this system can't afford, because they make up most of the time a run takes:
 * a promise nobody awaits writes after the COMMIT, or never.
 */
const WITH_TYPES = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  // `return this.charge()` inside try lets its failure pass by the catch.
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

const EVERYWHERE = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'max-lines-per-function': ['error', { max: 70 }],
};

const UNUSED = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }];

/** What Node gives to every script; without types ESLint can't know. */
const NODE_GLOBALS = Object.fromEntries(
  [
    ...['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams'],
    ...['clearImmediate', 'clearInterval', 'clearTimeout', 'setImmediate', 'setInterval', 'setTimeout'],
    ...['console', 'crypto', 'fetch', 'performance', 'process', 'queueMicrotask', 'structuredClone'],
    ...['FormData', 'Headers', 'Request', 'Response', 'WebSocket'],
  ].map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores(['**/node_modules/', '**/dist/', '.data/', '**/coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { rules: EVERYWHERE },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...WITH_TYPES,
      '@typescript-eslint/no-unused-vars': UNUSED,
      // Files with decorators are left out by the rule itself: Nest injects by the emitted types, so they must stay values.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: NODE_GLOBALS },
    rules: { 'no-unused-vars': UNUSED },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { __dirname: 'readonly', __filename: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    // It announces itself on a terminal, and has no log to write to.
    ignores: ['apps/sandbox-gateway/src/main.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: {
      // One `describe` holds many stories.
      'max-lines-per-function': 'off',
      // The body of an answer may be any JSON; the test says what it expects.
      '@typescript-eslint/no-explicit-any': 'off',
      // `http.createServer(async …)` of a fake: its failure is the failure of the test.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  { files: ['**/migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },
);
