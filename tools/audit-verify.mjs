/** `npm run audit:verify`: checks the audit trail of the database in the settings, or of the product that runs here. */
import { shortProgram } from './supervisor/short-program.mjs';

await shortProgram('dist/apps/worker/src/verify-audit.js', process.argv.slice(2));
