/** `npm run books`: checks what must always be true, in the database of the settings or of the product that runs here. */
import { shortProgram } from './supervisor/short-program.mjs';

await shortProgram('dist/apps/worker/src/check-books.js', []);
