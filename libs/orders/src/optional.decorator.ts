import { ValidateIf } from 'class-validator';

/** Absent, or of its type: `null` is neither, though IsOptional would let it pass. */
export const MayBeAbsent = () => ValidateIf((_body: unknown, value: unknown) => value !== undefined);
