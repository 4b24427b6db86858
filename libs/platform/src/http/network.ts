/**
 * The network that an address counts for: itself, and for version 6 its /64, as a single customer has that many addresses
 * to come from. A version 4 address in version 6's clothes is the one that it stands for.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const inner = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (inner !== undefined) return inner;
  const [bare = ''] = address.split('%');
  const [left = [], right] = bare.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = right ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0') : [];
  const groups = [...left, ...zeros, ...(right ?? [])].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
