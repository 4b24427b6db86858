import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources } from '../../tools/architecture/code-file';
import { errorsPage, findErrorCodes } from '../../tools/docs/errors-page';

const root = join(__dirname, '../..');
const isProduct = ([path]: [string, string]) => !path.startsWith('apps/sandbox-gateway/') && !path.endsWith('.spec.ts');
const sources = new Map([...readSources(root)].filter(isProduct));
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const listed = new Set([...page.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code!));

describe('docs/errors.md', () => {
  it('lists every code that the sources name, found in another way than the tool finds them', () => {
    const named = [...sources].flatMap(([, text]) => [
      ...text.matchAll(/new AppError\(\s*'\w+',\s*'([a-z_]+)'/g),
      ...text.matchAll(/code: '([a-z_]+)', detail/g),
    ]);
    const codes = named.map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !listed.has(code))).toEqual([]);
  });

  it('lists no code that the sources do not name', () => {
    const all = [...sources.values()].join('\n');
    expect([...listed].filter((code) => !all.includes(`'${code}'`))).toEqual([]);
  });

  it('lists every code that the comments of the controllers promise', () => {
    const controllers = [...sources].filter(([path]) => path.endsWith('.controller.ts'));
    const promised = controllers.flatMap(([, text]) =>
      [...text.matchAll(/@throws \{\d+\}([^@]*?)(?=\*\/|@)/g)].flatMap(([, sentence]) =>
        [...sentence!.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code!),
      ),
    );
    expect(promised).toContain('insufficient_stock');
    expect(promised.filter((code) => !listed.has(code))).toEqual([]);
  });
});

describe('the tool that writes it', () => {
  const PROBLEMS = 'libs/platform/src/http/problem.ts';
  const problems = `const STATUS: Record<string, number> = { conflict: 409, invalid: 400 };
    const BY_STATUS = { 404: { code: 'not_found', detail: 'Nothing here.' } };
    /** 405: not like this. */
    export function methodNotAllowed() { const detail = 'No.'; return { status: 405, code: 'method_not_allowed', detail }; }
    export const other = { status: 500, code: 'internal', detail: 'Our fault.' };`;
  const planted = (code: string, path = 'libs/gifts/src/gifts.errors.ts') =>
    findErrorCodes(
      new Map([
        [PROBLEMS, problems],
        [path, code],
      ]),
    );

  it('finds what an AppError says, and what the filter makes by itself', () => {
    const codes = planted(`/** 409: somebody was faster. */
      export const giftTaken = () => new AppError('conflict', 'gift_taken', 'It is gone.');`);
    expect(codes.map(({ code, status, meaning }) => [code, status, meaning])).toEqual([
      ['not_found', 404, 'Nothing here.'],
      ['method_not_allowed', 405, 'Not like this.'],
      ['gift_taken', 409, 'Somebody was faster.'],
      ['internal', 500, 'Our fault.'],
    ]);
    expect(errorsPage(codes)).toContain(
      '| `gift_taken` | 409 | Somebody was faster. | `libs/gifts/src/gifts.errors.ts` |',
    );
  });

  it('takes the sentence itself where an error is thrown in the middle of other things', () => {
    const code = 'class A { b(n: number) { throw new AppError("conflict", "gift_taken", `Only ${n} left.`); } }';
    const [, , gift] = planted(code, 'libs/gifts/src/gifts.service.ts');
    expect(gift).toMatchObject({ code: 'gift_taken', meaning: 'Only … left.' });
  });

  it('bites on a computed code', () => {
    expect(() => planted('/** 409: x. */ export const f = (c: string) => new AppError("conflict", c, "x");')).toThrow(
      'literals',
    );
  });

  it('bites on a missing comment', () => {
    expect(() => planted('export const f = () => new AppError("conflict", "gift_taken", "x");')).toThrow('no comment');
  });

  it('bites on a comment that names another status', () => {
    const code = '/** 400: x. */ export const f = () => new AppError("conflict", "gift_taken", "x");';
    expect(() => planted(code)).toThrow('is answered with 409, and its comment says 400');
  });

  it('bites on a kind without a status, and on a code with two', () => {
    expect(() => planted('/** X. */ export const f = () => new AppError("odd", "gift_taken", "x");')).toThrow(
      'no status',
    );
    const two = `/** X. */ export const f = () => new AppError("conflict", "gift_taken", "x");
      /** X. */ export const g = () => new AppError("invalid", "gift_taken", "x");`;
    expect(() => planted(two)).toThrow('elsewhere');
  });
});
