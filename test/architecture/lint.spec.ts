import { join } from 'node:path';
import { ESLint } from 'eslint';

const root = join(__dirname, '../..');
const eslint = new ESLint({ cwd: root });

/** Rules with types need a path that the project knows, so a planted text takes the place of a real file. */
const LIBRARY = 'libs/platform/src/errors/index.ts';
const TEST = 'test/architecture/boundaries.spec.ts';
const SCRIPT = 'tools/planted.mjs';

async function rulesBroken(path: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: join(root, path) });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
}

describe('lint bites', () => {
  const ask = 'export declare function ask(): Promise<boolean>;\n';

  it.each([
    ['a floating promise', LIBRARY, `${ask}ask();`, '@typescript-eslint/no-floating-promises'],
    ['a floating promise in a test', TEST, `${ask}ask();`, '@typescript-eslint/no-floating-promises'],
    [
      'a promise as a condition',
      LIBRARY,
      `${ask}if (ask()) throw new Error();`,
      '@typescript-eslint/no-misused-promises',
    ],
    ['awaiting what is no promise', LIBRARY, `export const a = await 1;`, '@typescript-eslint/await-thenable'],
    [
      'a promise that leaves its try',
      LIBRARY,
      `${ask}export async function f() { try { return ask(); } catch { return false; } }`,
      '@typescript-eslint/return-await',
    ],
    ['any', LIBRARY, 'export const a: any = 1;', '@typescript-eslint/no-explicit-any'],
    [
      'a forgotten case',
      LIBRARY,
      `export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } return 2; }`,
      '@typescript-eslint/switch-exhaustiveness-check',
    ],
    ['an unused variable', LIBRARY, 'const a = 1;\nexport {};', '@typescript-eslint/no-unused-vars'],
    ['==', LIBRARY, 'export const f = (a: number) => a == 1;', 'eqeqeq'],
    ['a thrown text', LIBRARY, `export function f() { throw 'no'; }`, '@typescript-eslint/only-throw-error'],
    ['console', LIBRARY, `console.log('hello');`, 'no-console'],
    ['console in an app', 'apps/sandbox-gateway/src/settings.ts', `console.log('hello');`, 'no-console'],
    ['a long function', LIBRARY, `export function f() {\n${'f();\n'.repeat(70)}}`, 'max-lines-per-function'],
    ['a long function in a script', SCRIPT, `export function f() {\n${'f();\n'.repeat(70)}}`, 'max-lines-per-function'],
    ['an unused variable in a script', SCRIPT, 'const a = 1;', 'no-unused-vars'],
    ['an unknown name in a script', SCRIPT, 'proces.exit();', 'no-undef'],
    [
      'a value import of a type',
      LIBRARY,
      `import { Socket } from 'node:net';\nexport const f = (socket: Socket) => socket.end();`,
      '@typescript-eslint/consistent-type-imports',
    ],
  ])('on %s', async (_name, path, code, rule) => {
    expect(await rulesBroken(path, code)).toEqual([rule]);
  });
});

describe('lint leaves alone', () => {
  it('the value import of a class that Nest injects', async () => {
    const code = `
      import { Injectable } from '@nestjs/common';
      import { Socket } from 'node:net';
      @Injectable() export class Pipe { constructor(readonly socket: Socket) {} }`;
    expect(await rulesBroken(LIBRARY, code)).toEqual([]);
  });

  it('a promise that is awaited, and one that is let go on purpose', async () => {
    const code = 'declare function ask(): Promise<void>;\nexport const f = async () => { await ask(); void ask(); };';
    expect(await rulesBroken(LIBRARY, code)).toEqual([]);
  });

  it('the console of a script, and of the gateway when it starts', async () => {
    expect(await rulesBroken(SCRIPT, `console.log('hello', process.pid);`)).toEqual([]);
    expect(await rulesBroken('apps/sandbox-gateway/src/main.ts', `console.log('hello');`)).toEqual([]);
  });
});
