/**
 * Says in one sentence that Node is too old, before anything is imported that an old Node can't even read: keep this
 * file free of imports.
 */
export function requireNode20() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  console.error(
    `Countinghouse needs Node 20 or newer, and this is ${process.version}: install one and run this again.`,
  );
  process.exit(1);
}
