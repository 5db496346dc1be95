/** Databases of --city and --asn: whether they can be read, and how old they are. */

import { statSync } from 'node:fs';
import path from 'node:path';
import { cachedImages } from '../geo/cache.ts';
import { MmdbFile } from '../geo/mmdb-file.ts';
import { findParts, type GeoPart, type GeoSources } from '../geo/sources.ts';
import { type Check, failure, ok, warn } from './check.ts';

const MS_PER_DAY = 86_400_000;

/** The free ones come out every month, or oftener: two have been missed by then. */
const OLD_DAYS = 60;

/** One check for each of the two that is given. */
export function geoChecks(sources: GeoSources, nowMs: number): readonly Check[] {
  return (['city', 'asn'] as const)
    .filter((role) => sources[role].length > 0)
    .map((role) => ({
      name: `${role} database`,
      look() {
        try {
          const parts = findParts({ city: [], asn: [], [role]: sources[role] });
          const dated = parts.map((part) => ({ part, madeMs: madeMs(part) }));
          const found = dated.map(({ part, madeMs: ms }) => `${path.basename(part.path)} of ${dateOf(ms)}`).join(', ');
          const oldest = Math.min(...dated.map((one) => one.madeMs));
          const days = Math.floor((nowMs - oldest) / MS_PER_DAY);
          if (days <= OLD_DAYS) return ok(found);
          return warn(`${found}: ${days} days old`, 'download it anew: cities and owners of addresses change');
        } catch (error) {
          return failure(error, `give --${role} a database that can be read, or leave it out`);
        }
      },
    }));
}

/** Length of the compiled tables as they are in the cache, else of the databases, which is about the same. */
export function geoBytes(sources: GeoSources): number {
  if (sources.city.length + sources.asn.length === 0) return 0;
  try {
    const parts = findParts(sources);
    const cached = cachedImages().find(
      ({ sources: of }) => of.length === parts.length && of.every(({ path: file }, i) => file === parts[i]?.path),
    );
    return cached?.bytes ?? parts.reduce((sum, part) => sum + statSync(part.path).size, 0);
  } catch {
    // The check of the databases says what is wrong with them.
    return 0;
  }
}

/** When a database was made; a CSV does not tell, so its file's time counts. Throws E_GEO_FILE. */
function madeMs({ format, path: file }: GeoPart): number {
  const builtMs = format === 'mmdb' ? new MmdbFile(file).metadata.buildEpochSeconds * 1000 : 0;
  return builtMs > 0 ? builtMs : statSync(file).mtimeMs;
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
