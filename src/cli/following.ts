/** `--follow` of a bucket or a folder: what a run reads that has no end, around its outlet. */

import { FlowbulkError } from '../errors.ts';
import { Follower } from '../plan/follow.ts';
import type { IsKnown } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { listingOf, selectionOf, shared, shareOf } from './asked.ts';
import type { CommandIo } from './command.ts';
import type { Outlet } from './conversion.ts';
import type { JobValues } from './job-asked.ts';
import type { Values } from './options.ts';

type FollowValues = JobValues & Values<'plan' | 'no-ledger'>;

/** Whether SOURCE is listed again and again; queues and log groups are followed by themselves. Throws E_USAGE for what does not go with it. */
export function isFollowed(spec: SourceSpec, values: FollowValues): boolean {
  if (!values.follow || spec.kind === 'sqs' || spec.kind === 'cloudwatch') return false;
  const with_ = values.plan !== undefined ? '--plan' : values.objectsFrom !== undefined ? '--objects-from' : null;
  if (with_ !== null)
    throw new FlowbulkError('E_USAGE', `--follow lists SOURCE, and ${with_} says what to read: give one`);
  if (values.noLedger) {
    throw new FlowbulkError('E_USAGE', '--follow tells new from old by the ledger: leave --no-ledger');
  }
  return true;
}

/** An outlet whose objects are those of SOURCE as they come. Its ledger must be open. */
export function following(
  outlet: Outlet,
  spec: SourceSpec,
  values: FollowValues,
  { talk, signal, env }: CommandIo,
): Outlet {
  const { ledger } = outlet;
  if (!ledger) throw new TypeError('what is followed has a ledger');
  if (values.since === undefined && values.from === undefined) {
    talk.warn('--follow without --since lists all of SOURCE at each look: give --since 2d once what is old is in');
  }
  let follower: Follower | null = null;
  return {
    ...outlet,
    listed(source) {
      const look = () => {
        const selection = selectionOf(values, Date.now(), values.lookBack);
        const isKnown: IsKnown = (object) => ledger.entryOf(object) !== null;
        return shared(listingOf(values, spec, source, selection, signal, isKnown), shareOf(values, env));
      };
      const warn = (text: string) => talk.warn(text);
      follower = new Follower({ look, intervalMs: values.interval, ledger, warn });
      return follower.list(signal);
    },
    onOutcomes(outcomes, durationsMs) {
      outlet.onOutcomes?.(outcomes, durationsMs);
      follower?.finished(outcomes.map(({ object }) => object));
    },
    onRefused(refused) {
      outlet.onRefused?.(refused);
      follower?.finished([refused.object]);
    },
  };
}
