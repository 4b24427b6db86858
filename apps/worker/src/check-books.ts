import '@platform/runtime'; // first: it is about all that is loaded after it
import 'reflect-metadata';
import { Books, type CheckOutcome } from '@platform/books';
import { Config, loadSettings, SettingsError } from '@platform/config';
import { WorkerModule } from './worker.module';

/** Makes all checks of the books and prints each with its count and some ids. Exit code 1 when a rule is broken. */
async function main(): Promise<void> {
  const books = new Books(new Config(loadSettings()));
  const outcomes = await books.examine();
  for (const outcome of outcomes) process.stdout.write(`${describe(outcome)}\n`);
  const broken = outcomes.filter(({ count }) => count !== 0);
  process.stdout.write(`${summaryOf(outcomes.length, broken.length)}\n`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

function describe({ name, rule, count, ids }: CheckOutcome): string {
  if (count === 0) return `ok      ${name}: 0`;
  if (count === null) return `failed  ${name}: could not be looked at, or not in time\n        ${rule}`;
  const more = count > ids.length ? ` and ${count - ids.length} more` : '';
  return `broken  ${name}: ${count}\n        ${rule}\n        ${ids.join(', ')}${more}`;
}

/** Importing the worker's module has registered the checks of all modules. */
function summaryOf(checks: number, broken: number): string {
  if (checks === 0) throw new Error(`${WorkerModule.name} has brought no checks.`);
  return broken === 0 ? `The books are in order: ${checks} checks.` : `${broken} of ${checks} checks are not in order.`;
}

main().catch((error: unknown) => {
  const isOurs = error instanceof SettingsError || (error as { code?: string }).code === 'ECONNREFUSED';
  process.stderr.write(`${isOurs ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 2;
});
