/** The words that documents have for numbers and values of records. */

/**
 * Transport names by protocol number, as Elastic's pipeline has them; other numbers get no `network.transport`.
 * https://github.com/elastic/integrations/tree/main/packages/aws/data_stream/vpcflow
 */
export const TRANSPORTS: ReadonlyMap<number, string> = new Map([
  [0, 'hopopt'],
  [1, 'icmp'],
  [2, 'igmp'],
  [6, 'tcp'],
  [8, 'egp'],
  [17, 'udp'],
  [47, 'gre'],
  [50, 'esp'],
  [58, 'ipv6-icmp'],
  [112, 'vrrp'],
  [132, 'sctp'],
]);

/** Names of the TCP flag bits that are told, in bit order. */
const TCP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [1, 'fin'],
  [2, 'syn'],
  [4, 'rst'],
  [8, 'psh'],
  [16, 'ack'],
  [32, 'urg'],
];

/** The names of the flags set in a value of `tcp-flags`, in bit order; bits from 64 on are not told. */
export function tcpFlagNames(flags: number): readonly string[] {
  return TCP_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}

/** What an action means in ECS. */
export interface ActionMeaning {
  readonly outcome: 'success' | 'failure' | null;
  readonly type: readonly string[];
}

/** Meaning of an action's text; null and other texts than ACCEPT and REJECT mean only a connection. */
export function actionMeaning(action: string | null): ActionMeaning {
  if (action === 'ACCEPT') return { outcome: 'success', type: ['connection', 'allowed'] };
  if (action === 'REJECT') return { outcome: 'failure', type: ['connection', 'denied'] };
  return { outcome: null, type: ['connection'] };
}

/** Last second of the year 9999, the largest time a document can tell. */
export const MAX_EPOCH_SECONDS = 253_402_300_799;

/** Largest value of Elasticsearch's `long`. */
export const MAX_LONG = 9_223_372_036_854_775_807n;

/** A number of digits only, without sign or leading zero, up to `largest`; null for any other text. */
export function parseDecimal(token: string, largest: bigint = MAX_LONG): bigint | null {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(token)) return null;
  const value = BigInt(token);
  return value <= largest ? value : null;
}
