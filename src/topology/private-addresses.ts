/** Which addresses are private to the topology: those of Python's `ipaddress.is_private`, which StackState's agent asks. */

import { isWithin, type NumberedAddress, networksOf } from '../formats/filter/ranges.ts';

/**
 * The networks as Python 3.8 to 3.11 has them (https://github.com/python/cpython/blob/v3.8.0/Lib/ipaddress.py): not
 * RFC 6598 (100.64.0.0/10), nor the global unicast addresses that VPCs have of IPv6. IPv4-mapped addresses count as IPv4.
 */
export const PRIVATE = networksOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/29',
  '192.0.0.170/31',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::/127',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
]);

/** Whether an address is private. */
export function isPrivate({ family, value }: NumberedAddress): boolean {
  return isWithin(family === 4 ? PRIVATE.v4 : PRIVATE.v6, value);
}
