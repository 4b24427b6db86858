import { createHash } from 'node:crypto';

/**
 * By what a device is known again: what it calls itself, without the numbers that change with every update. Only its hash
 * is kept: it is to be compared, not read.
 */
export function hashDevice(device: string): Buffer {
  return createHash('sha256').update(device.toLowerCase().replace(/\d+/g, '#')).digest();
}
