import { getMetadataStorage, ValidationTypes, type ValidatorConstraintInterface } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';

type Check = (object: object, value: unknown) => boolean;

/** What must be true of one property, unless a condition says that nobody need look. */
interface Rules {
  conditions: Check[];
  checks: Check[];
  hasNested: boolean;
}

/** What is known of a class; null: it has rules that only class-validator knows how to apply. */
type ClassRules = Map<string, Rules> | null;

const known = new Map<unknown, ClassRules>();

/**
 * Whether an object certainly passes the rules of its class. `false` says nothing: ask class-validator, which tells what is
 * wrong. It gathers its metadata anew for each object and notes an error for each property, then drops those that are none: of
 * a new order that was a sixth of the api's CPU.
 */
export function certainlyPasses(object: object): boolean {
  const rules = rulesOf(object.constructor);
  if (!rules || !Object.keys(object).every((property) => rules.has(property))) return false;
  for (const [property, ofProperty] of rules) {
    if (!passes(object, (object as Record<string, unknown>)[property], ofProperty)) return false;
  }
  return true;
}

function passes(object: object, value: unknown, { conditions, checks, hasNested }: Rules): boolean {
  if (!conditions.every((applies) => applies(object, value))) return true;
  if (!checks.every((check) => check(object, value))) return false;
  return !hasNested || value === undefined || everyOf(value, isSoundObject);
}

function everyOf(value: unknown, isSound: (item: unknown) => boolean): boolean {
  return Array.isArray(value) ? value.every(isSound) : isSound(value);
}

function isSoundObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && certainlyPasses(value);
}

function rulesOf(target: unknown): ClassRules {
  let rules = known.get(target);
  if (rules === undefined) {
    rules = typeof target === 'function' ? readRules(target) : null;
    known.set(target, rules);
  }
  return rules;
}

function readRules(target: object): ClassRules {
  const all = getMetadataStorage().getTargetValidationMetadatas(target as () => void, '', false, false);
  const rules: Map<string, Rules> = new Map();
  for (const metadata of all) {
    const { propertyName } = metadata;
    const ofProperty = rules.get(propertyName) ?? { conditions: [], checks: [], hasNested: false };
    rules.set(propertyName, ofProperty);
    if (!addRule(ofProperty, metadata)) return null;
  }
  return rules.size > 0 ? rules : null;
}

/** @returns whether it is understood */
function addRule(rules: Rules, metadata: ValidationMetadata): boolean {
  const { type, constraints, constraintCls, validateIf } = metadata;
  if (validateIf) return false;
  if (type === ValidationTypes.WHITELIST) return true;
  if (type === ValidationTypes.CONDITIONAL_VALIDATION) {
    const [applies] = constraints as [Check];
    rules.conditions.push((object, value) => applies(object, value));
    return true;
  }
  if (type === ValidationTypes.NESTED_VALIDATION) return (rules.hasNested = true);
  if (type !== ValidationTypes.CUSTOM_VALIDATION) return false;
  const validators = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  rules.checks.push(...validators.map(({ instance }) => toCheck(metadata, instance)));
  return true;
}

function toCheck(
  { propertyName: property, constraints, each }: ValidationMetadata,
  validator: ValidatorConstraintInterface,
): Check {
  return (object, value) => {
    const about = {
      targetName: object.constructor.name,
      property,
      object,
      value,
      constraints: constraints as unknown[],
    };
    const isValid = (item: unknown) => validator.validate(item, about) === true; // a promise is not: it may come to nothing
    return each ? everyOf(value, isValid) : isValid(value);
  };
}
