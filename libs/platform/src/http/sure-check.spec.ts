import { plainToInstance, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { certainlyPasses } from './sure-check';
import { IsText } from './text.decorator';

class Line {
  @Matches(/^[A-Z]+$/)
  sku: string;

  @IsInt()
  @Min(1)
  @Max(10)
  quantity: number;
}

class Wanted {
  @IsArray()
  @ArrayMaxSize(2)
  @ArrayUnique((line: Line | null) => line?.sku)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines: Line[];

  @ValidateIf((_wanted: unknown, value: unknown) => value !== undefined)
  @IsObject()
  @ValidateNested()
  @Type(() => Line)
  gift?: Line;

  @IsOptional()
  @IsText({ max: 5 })
  note?: string | null;

  @IsOptional()
  @IsString({ each: true })
  tags?: string[];
}

class Special extends Wanted {
  @Min(3)
  level: number;
}

const A = { sku: 'A', quantity: 1 };
const B = { sku: 'B', quantity: 10 };
const VALUES: unknown[] = [
  undefined,
  null,
  ...[0, 1, 1.5, 11, NaN, '1', '', 'A', 'a', true, {}, [], [[]], [null], [{}], A, B, { ...A, more: 1 }],
  ...[[A], [A, B], [A, A], [A, B, { sku: 'C', quantity: 1 }], [A, null], [[A]], [{ sku: 'a', quantity: 1 }]],
  ...[' ok ', 'too long', '\u0000', '\ud800', 'é'],
  ...[['x'], ['x', 1], [undefined]],
];

/** Every field with every value, the others being good. */
function bodiesOf(good: object): object[] {
  return [...Object.keys(good), 'unknown'].flatMap((field) => VALUES.map((value) => ({ ...good, [field]: value })));
}

describe('certainlyPasses', () => {
  const rules = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  const wanted = { lines: [A, B], gift: A, note: 'note', tags: ['x', 'y'] };

  it.each([
    ['a class', Wanted, wanted],
    ['a class that inherits', Special, { ...wanted, level: 3 }],
    ['a class in a class', Line, A],
  ])('says of %s what class-validator says', (_what, target: new () => object, good) => {
    const answers = bodiesOf(good).map((body) => {
      const instance = plainToInstance(target, body);
      return { body, sure: certainlyPasses(instance), valid: validateSync(instance, rules).length === 0 };
    });
    expect(answers.filter(({ sure, valid }) => sure !== valid)).toEqual([]);
    expect(answers.filter(({ sure }) => sure).length).toBeGreaterThan(1);
    expect(answers.filter(({ sure }) => !sure).length).toBeGreaterThan(5);
  });

  it('is not sure of what has no rules', () => {
    class Bare {}
    expect([certainlyPasses({}), certainlyPasses(new Bare()), certainlyPasses(Object.create(null) as object)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is not sure of rules that are promises, or that it does not know', () => {
    class Later {
      @ValidateBy({ name: 'later', validator: { validate: () => Promise.resolve(true) } })
      value = 1;
    }
    class Sometimes {
      @Min(3, { validateIf: () => false })
      value = 1;
    }
    expect([certainlyPasses(new Later()), certainlyPasses(new Sometimes())]).toEqual([false, false]);
  });
});
