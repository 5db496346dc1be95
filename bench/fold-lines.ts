/** Records between so many private addresses, for the bench of the fold: each connection equally often, in drawn order. */

import { Prng } from '../src/generate/prng.ts';
import type { FoldInterface } from '../src/topology/contract.ts';
import type { FoldedText } from './fold-subject.ts';

/** Interfaces have so many connections each. */
const CONNECTIONS_EACH = 50;
/** An object of AWS's has some tens of thousands of records. */
const RECORDS_AN_OBJECT = 50_000;

const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const START_SECONDS = Date.UTC(2025, 0, 30, 10, 10) / 1000;

const idOf = (index: number): string => `eni-0${index.toString(16).padStart(16, '0')}`;
const addressOf = (network: number, number: number): string =>
  `${network}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;

/** Numbers below `count`, each as often as any other, in drawn order. */
function shuffled(records: number, count: number, prng: Prng): Uint32Array {
  const order = Uint32Array.from({ length: records }, (_, i) => i % count);
  for (let i = records - 1; i > 0; i--) {
    const other = prng.between(0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

function line(connection: number, prng: Prng): string {
  const own = Math.floor(connection / CONNECTIONS_EACH);
  const ends = [addressOf(10, own), addressOf(172, (16 << 16) + connection)];
  if (prng.next32() % 2 === 0) ends.reverse();
  const packets = prng.between(1, 400);
  const end = START_SECONDS + prng.between(0, 299);
  const ports = `${prng.between(1024, 65535)} ${prng.between(1, 1023)}`;
  const rest = `${packets} ${packets * prng.between(40, 1400)} ${end - prng.between(1, 60)} ${end} ACCEPT OK`;
  return `2 123456789010 ${idOf(own)} ${ends.join(' ')} ${ports} 6 ${rest}\n`;
}

/** The interfaces that log `connections` connections. */
export function interfacesFor(connections: number): readonly FoldInterface[] {
  const count = Math.ceil(connections / CONNECTIONS_EACH);
  return Array.from({ length: count }, (_, i) => ({ id: idOf(i), addresses: [addressOf(10, i)] }));
}

/** Objects of altogether `records` records between them. */
export function connectionLines(connections: number, records: number, seed: number): readonly FoldedText[] {
  const prng = new Prng(seed, 0);
  const order = shuffled(records, connections, prng);
  const objects: FoldedText[] = [];
  for (let from = 0; from < records; from += RECORDS_AN_OBJECT) {
    const part = order.subarray(from, from + RECORDS_AN_OBJECT);
    const lines = Array.from(part, (connection) => line(connection, prng));
    objects.push({ text: Buffer.from(`${HEADER}\n${lines.join('')}`, 'latin1'), records: part.length });
  }
  return objects;
}
