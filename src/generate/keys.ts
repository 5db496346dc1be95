/** Where AWS puts flow logs, and how it calls them. */

import { Prng } from './prng.ts';
import type { World } from './world.ts';

const SLOT_SECONDS = 300;
const DAY_SECONDS = 86_400;
const SLOTS_PER_DAY = DAY_SECONDS / SLOT_SECONDS;

/** Stream numbers of the random numbers that hashes in keys are made of. */
const KEY_STREAM = 2 ** 30;

/** One object to make. */
export interface PlannedObject {
  readonly index: number;
  readonly key: string;
  /** The time in the key: records end within five minutes from it. */
  readonly startSeconds: number;
  readonly records: number;
}

/** What to spread over objects and days. */
export interface Spread {
  readonly seed: number;
  readonly records: number;
  readonly objects: number;
  /** First and last day since the epoch, both included. */
  readonly fromDay: number;
  readonly toDay: number;
}

/** The objects of a run, oldest first: evenly over the five-minute slots of the days, records evenly over them. */
export function* planObjects(world: World, spread: Spread): Generator<PlannedObject> {
  const { seed, records, objects, fromDay, toDay } = spread;
  const slots = (toDay - fromDay + 1) * SLOTS_PER_DAY;
  for (let index = 0; index < objects; index++) {
    const slot = Math.floor((index * slots) / objects);
    const startSeconds = fromDay * DAY_SECONDS + slot * SLOT_SECONDS;
    const hash = new Prng(seed, KEY_STREAM + index).hex(8);
    yield {
      index,
      key: keyOf(world, startSeconds, hash),
      startSeconds,
      records: Math.floor(records / objects) + (index < records % objects ? 1 : 0),
    };
  }
}

function keyOf({ account, region, flowLogId }: World, startSeconds: number, hash: string): string {
  const [date = '', time = ''] = new Date(startSeconds * 1000).toISOString().split('T');
  const stamp = `${date.replaceAll('-', '')}T${time.slice(0, 5).replace(':', '')}Z`;
  const folder = `AWSLogs/${account}/vpcflowlogs/${region}/${date.replaceAll('-', '/')}`;
  return `${folder}/${account}_vpcflowlogs_${region}_${flowLogId}_${stamp}_${hash}.log.gz`;
}
