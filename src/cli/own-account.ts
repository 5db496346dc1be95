/** `--accounts own`: the account that the credentials are of, in place of the word. */

import { awsOptions } from './asked.ts';
import type { Command } from './command.ts';
import type { Values } from './options.ts';

type Asked = Partial<Values<'accounts'>> & Parameters<typeof awsOptions>[0];

/** The values with the account instead of `own`, for commands that read a source. Throws E_SOURCE_*. */
export async function withOwnAccount<V extends object>(command: Command, values: V, signal: AbortSignal): Promise<V> {
  const asked = values as V & Asked;
  const readsSource = command.arguments.some(({ name }) => name === 'SOURCE');
  if (!readsSource || !asked.accounts?.includes('own')) return values;
  // The SDK is loaded where it is asked only.
  const { ownAccount } = await import('../sources/own-account.ts');
  const own = await ownAccount(awsOptions(asked), signal);
  return { ...values, accounts: asked.accounts.map((account) => (account === 'own' ? own : account)) };
}
