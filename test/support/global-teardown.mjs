/** Letting go of the services' IPC channel is what ends them; we wait, so that nothing outlives the run. */
export default async function globalTeardown() {
  const services = globalThis.testServices;
  if (!services?.connected) return;
  const gone = new Promise((resolve) => services.once('exit', resolve));
  services.disconnect();
  services.ref();
  await gone;
}
