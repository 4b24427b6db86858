import { arrowFaults } from './arrow-faults';
import { layerFaults } from './layer-faults';
import { tableFaults } from './table-faults';

export { innocents } from './innocents';

/** One planted fault each: the check must complain exactly once, in words that fit `complaint`. */
export interface Fault {
  name: string;
  file: string;
  code: string;
  complaint: RegExp;
}

/** What looks like a fault and is none. */
export type Innocent = Omit<Fault, 'complaint'>;

export const faults: Fault[] = [...arrowFaults, ...layerFaults, ...tableFaults];
