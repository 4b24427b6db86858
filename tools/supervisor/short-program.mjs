import { requireNode20 } from './node-version.mjs';

/**
 * The whole of a command that runs one of our short programs with the settings of the product: installs and builds what
 * is missing, and ends with the program's exit code.
 * @param {string} file in dist/
 * @param {string[]} args
 */
export async function shortProgram(file, args) {
  requireNode20();
  const { main } = await import('./main.mjs');
  const { openStateFolder, prepare } = await import('./prepare.mjs');
  await main(async (stop) => {
    openStateFolder();
    const exitCode = await prepare(stop);
    if (exitCode !== null) return exitCode;
    const { runProgram } = await import('./program.mjs'); // needs the packages
    return runProgram(stop, file, args);
  });
}
