/**
 * A share of SOURCE, for one of several machines that read it together (`--shard 3/16`). Which share a key is in depends
 * on the key and on nothing else, so every machine finds its own without asking the others.
 */
import { createHash } from 'node:crypto';
import { FlowbulkError } from '../errors.ts';
import type { Listed } from '../sources/source.ts';
import { objectOf } from './lister.ts';

/** One share of several: `number` from 1 to `of`. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where `auto` finds which share it is, counted from 0, and how many there are. Kubernetes does not tell a pod the
 * latter: the manifest has to set it.
 * https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
const ENGINES = [
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', of: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { index: 'JOB_COMPLETION_INDEX', of: 'JOB_COMPLETIONS' },
] as const;

/** Reads `3/16`, `auto` or `auto/16`. Throws E_USAGE. */
export function parseShare(text: string, env: Environment): Share {
  const [which = '', given] = text.split('/');
  const { number, of } = which === 'auto' ? fromEngine(given, env) : { number: Number(which), of: Number(given) };
  if (Number.isSafeInteger(number) && Number.isSafeInteger(of) && number >= 1 && number <= of) return { number, of };
  throw new FlowbulkError('E_USAGE', `--shard ${text} is no share (${number} of ${of}): give 1/16 to 16/16, or auto`);
}

function fromEngine(given: string | undefined, env: Environment): Share {
  const engine = ENGINES.find(({ index }) => env[index] !== undefined);
  if (engine === undefined) {
    throw new FlowbulkError(
      'E_USAGE',
      `--shard auto needs ${ENGINES.map(({ index }) => index).join(' or ')}, which AWS Batch sets in array jobs and ` +
        'Kubernetes in Indexed Jobs: give --shard 1/16 and so on elsewhere',
    );
  }
  const of = given ?? env[engine.of];
  if (of === undefined) {
    throw new FlowbulkError(
      'E_USAGE',
      `--shard auto does not know how many shares there are: set ${engine.of}, or give --shard auto/16`,
    );
  }
  return { number: Number(env[engine.index]) + 1, of: Number(of) };
}

/** A share as it is given. */
export function shareName({ number, of }: Share): string {
  return `${number}/${of}`;
}

/** Whether a key is in the share. Never to be changed: a job that goes on would read other objects. */
function isInShare(key: string, { number, of }: Share): boolean {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) % of === number - 1;
}

/** Passes on what of a listing is in the share. */
export async function* withinShare(listed: AsyncIterable<Listed>, share: Share): AsyncGenerator<Listed> {
  for await (const item of listed) {
    if (isInShare(objectOf(item).key, share)) yield item;
  }
}
