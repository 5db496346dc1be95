/** What maps in a file and maps for StackState have in common: from options to what a map is made of. */

import { hostname } from 'node:os';
import type { FoldedObject } from '../../workers/fold-config.ts';
import { parseFormat } from '../formats/detect.ts';
import { objectOf } from '../plan/lister.ts';
import { type Progress, startProgress } from '../progress/progress.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Listed } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { accountOf } from '../topology/account.ts';
import type { MapOf } from '../topology/elements.ts';
import type { KnownInterfaces } from '../topology/known-interfaces.ts';
import { lookUpInterfaces } from '../topology/look-up.ts';
import { type MapPlan, makeMap, type TopologyMap } from '../topology/map.ts';
import { awsOptions } from './asked.ts';
import type { CommandIo } from './command.ts';
import { workersOf } from './conversion.ts';
import type { TopologyValues } from './topology-asked.ts';

/** Troubles that are told one by one; all are counted. */
const TOLD = 10;

/** What stays the same of maps made with these options. */
export function mapPlanOf(
  source: SourceSpec,
  values: TopologyValues,
  run: string,
  deadLetterPath: string,
): Omit<MapPlan, 'listed' | 'interfaces'> {
  const { format, maxConnections, compatible: isCompatible } = values;
  return {
    run,
    source,
    format: format === undefined ? null : parseFormat(format),
    workers: workersOf(values),
    deadLetterPath,
    maxConnections,
    isCompatible,
  };
}

const keysOf = (listed: readonly Listed[]): readonly string[] => listed.map((item) => objectOf(item).key);

/** The interfaces of what is listed. Throws E_USAGE and E_SOURCE_*. */
export function interfacesFor(
  listed: readonly Listed[],
  values: TopologyValues,
  signal: AbortSignal,
): Promise<KnownInterfaces> {
  const { interfaces: files, regions } = values;
  return lookUpInterfaces({ files, regions, aws: awsOptions(values), keys: keysOf(listed) }, signal);
}

/** Whose map of what is listed it is. Throws E_USAGE and E_SOURCE_*. */
export async function mapOfListed(
  listed: readonly Listed[],
  interfaces: KnownInterfaces,
  values: TopologyValues,
  signal: AbortSignal,
): Promise<MapOf> {
  const isOffline = values.interfaces.length > 0;
  const clues = { aws: awsOptions(values), accounts: values.accounts, keys: keysOf(listed), interfaces, isOffline };
  return { account: await accountOf(clues, signal), hostname: hostname(), nowS: Math.floor(Date.now() / 1000) };
}

/** Makes a map and shows how it goes. Throws as `makeMap` does. */
export async function mapWatched(plan: MapPlan, { talk, ...io }: CommandIo): Promise<TopologyMap> {
  let progress: Progress | null = null;
  try {
    return await makeMap(plan, io.signal, (fold) => {
      const { quiet, json } = talk;
      progress = startProgress(() => fold.snapshot(), { stream: io.stderr, quiet, json, env: io.env });
      talk.beforeWrite(() => progress?.clear());
    });
  } finally {
    talk.beforeWrite(null);
    (progress as Progress | null)?.stop();
  }
}

/** Tells of objects that are not in a map, the first ones. */
export function troubleTeller({ talk }: CommandIo): (object: FoldedObject) => void {
  let told = 0;
  return ({ object, error }) => {
    told++;
    if (told <= TOLD) talk.warn(error?.message ?? `${describeObject(object)} is not in the map`);
    if (told === TOLD) talk.warn('others are only counted');
  };
}
