/** Keys of a config file: which are options, and what to say of the others. */

import { OPTIONS, type OptionName } from '../cli/options.ts';
import { didYouMean } from '../suggest.ts';

/** Keys of a job beside its options. */
export const JOB_PLACES = ['source', 'destination'] as const;

/** Options that make no sense in a file, with the reason. */
const NOT_IN_A_FILE: Readonly<Record<string, string>> = {
  config: 'a config file does not name another one',
  job: 'which job is meant is said on the command line, or by FLOWBULK_JOB',
  origin: 'it belongs to flowbulk config show',
};

const SECRET =
  /(^|-)(password|passwd|pass|passphrase|secrets?|tokens?|credentials?|authorization|api-?key|access-key)(-|$)/;

/** A key as it would be on the command line: `retryFor`, `retry_for` and `--retry-for` become `retry-for`. */
function asOption(key: string): string {
  return key
    .replace(/^-+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** Every option that a config file can set. */
const SETTABLE: ReadonlySet<string> = new Set(Object.keys(OPTIONS).filter((name) => !(name in NOT_IN_A_FILE)));

/** True for the name of an option that a config file can set. */
export function isSettable(key: string): key is OptionName {
  return SETTABLE.has(key);
}

/**
 * What is wrong with a key that is neither an option nor one of `others`, the further keys of its place. Never its
 * value: that may be a secret.
 */
export function refusalOf(key: string, others: readonly string[]): string {
  const option = asOption(key);
  const reason = Object.hasOwn(NOT_IN_A_FILE, option) ? NOT_IN_A_FILE[option] : undefined;
  if (reason !== undefined) return `'${key}' cannot stand in a config file: ${reason}`;
  if (!SETTABLE.has(option) && SECRET.test(option)) {
    return (
      `'${key}': secrets only by file or variable, not in a config file: api-key-file, password-file, ` +
      'FLOWBULK_API_KEY, FLOWBULK_PASSWORD; those of AWS by profile or its own variables'
    );
  }
  if (JOB_PLACES.some((place) => place === option) && !others.includes(option)) {
    return `'${key}' belongs to a job: jobs: { NAME: { ${option}: … } }`;
  }
  if (option === 'jobs' && !others.includes(option)) return `'${key}' stands at the top level of the file only`;
  return `unknown key '${key}'${didYouMean(option, [...others, ...SETTABLE])}; see: flowbulk help options`;
}
