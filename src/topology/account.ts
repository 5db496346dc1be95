/** Whose map it is: the account that its instance, its bucket and its interfaces are of. */

import { FlowbulkError } from '../errors.ts';
import { parseKey } from '../plan/keys.ts';
import type { AwsOptions } from '../sources/spec.ts';
import type { KnownInterfaces } from './known-interfaces.ts';

/** What says it, the first that does. */
export interface AccountClues {
  readonly aws: AwsOptions;
  /** Of `--accounts`. */
  readonly accounts: readonly string[];
  /** Of the objects that are read. */
  readonly keys: readonly string[];
  /** Null where they are not known yet. */
  readonly interfaces: KnownInterfaces | null;
  /** No request may be made to find it out. */
  readonly isOffline: boolean;
}

/** The bucket that StackState's provisioning script makes. */
export function defaultBucket(account: string): string {
  return `stackstate-logs-${account}`;
}

/**
 * The account: of the role, as StackState's agent has it, else the only one that `--accounts`, the keys of objects or
 * the interfaces name, else the one of the credentials. Throws E_USAGE where nothing says it, and E_SOURCE_*.
 */
export async function accountOf(
  { aws, accounts, keys, interfaces, isOffline }: AccountClues,
  signal: AbortSignal,
): Promise<string> {
  const told = accountOfRole(aws.roleArn) ?? only(accounts) ?? only(keys.map(accountOfKey)) ?? interfaces?.account;
  if (told !== undefined && told !== null) return told;
  if (isOffline) {
    throw new FlowbulkError(
      'E_USAGE',
      'neither keys nor interfaces say which account the map is of: give --accounts with the one',
    );
  }
  // The SDK is loaded where it is asked only.
  const { ownAccount } = await import('../sources/own-account.ts');
  return ownAccount(aws, signal);
}

/** `arn:aws:iam::123456789012:role/name` has it as its fifth part. */
function accountOfRole(arn: string | undefined): string | null {
  return arn?.split(':')[4] || null;
}

const accountOfKey = (key: string): string | null => parseKey(key).account;

/** The value that all of them are; null for none, and for several. */
function only(values: readonly (string | null)[]): string | null {
  const all = new Set(values);
  return all.size === 1 ? ([...all][0] ?? null) : null;
}
