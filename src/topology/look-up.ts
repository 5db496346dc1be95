/** Where the interfaces come from that a map is made with. */

import { FlowbulkError } from '../errors.ts';
import { parseKey } from '../plan/keys.ts';
import type { AwsOptions } from '../sources/spec.ts';
import { interfacesOfFiles } from './interface-files.ts';
import { KnownInterfaces } from './known-interfaces.ts';

/** What to look up. */
export interface LookUp {
  /** Dumps, instead of asking EC2; empty for none. */
  readonly files: readonly string[];
  readonly aws: AwsOptions;
  /** Regions to ask; where there are none, those that keys name. */
  readonly regions: readonly string[];
  readonly keys: Iterable<string>;
}

/** The interfaces of all regions concerned. Throws E_USAGE where no region is known, and E_SOURCE_*. */
export async function lookUpInterfaces(
  { files, aws, regions, keys }: LookUp,
  signal: AbortSignal,
): Promise<KnownInterfaces> {
  if (files.length > 0) return new KnownInterfaces(interfacesOfFiles(files));
  const asked = regions.length > 0 ? [...regions] : regionsOf(keys);
  if (asked.length === 0 && aws.region !== undefined) asked.push(aws.region);
  if (asked.length === 0) {
    throw new FlowbulkError(
      'E_USAGE',
      'the names of the objects do not say in which region their interfaces are: give --aws-region, or --interfaces FILE',
    );
  }
  // The client is large: only maps pay for it.
  const { describeInterfaces } = await import('./interface-client.ts');
  const found = await Promise.all([...new Set(asked)].map((region) => describeInterfaces(region, aws, signal)));
  return new KnownInterfaces(found.flat());
}

function regionsOf(keys: Iterable<string>): string[] {
  const regions = new Set<string>();
  for (const key of keys) {
    const { region } = parseKey(key);
    if (region !== null) regions.add(region);
  }
  return [...regions].sort();
}
