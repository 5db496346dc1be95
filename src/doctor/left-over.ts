/** Settings of indices that a run which crashed has left as they are for a load. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readJournal } from '../cluster/settings-journal.ts';
import type { Target } from '../cluster/target.ts';
import { jobIn } from '../job/job.ts';
import { type Check, failure, ok, warn } from './check.ts';

/** Looks at the journals of all jobs that write to this target. */
export function leftOverCheck(state: string, target: Target): Check {
  const destination = `${target.hosts.join(',')}/${target.name}`;
  return {
    name: 'left-over settings',
    look() {
      const folders = jobFolders(state).filter((folder) => destinationOf(folder) === destination);
      const left: string[] = [];
      for (const folder of folders) {
        try {
          left.push(...readJournal(jobIn(folder).bulkSettingsPath).keys());
        } catch (error) {
          return failure(error);
        }
      }
      if (left.length === 0) return ok('none of --bulk-settings');
      const named = left.slice(0, 4).join(', ') + (left.length > 4 ? ` and ${left.length - 4} more` : '');
      return warn(
        `${named}: no refresh and no replicas since a run with --bulk-settings`,
        'run the same command again: it puts them back. A run that goes on puts them back at its end',
      );
    },
  };
}

function jobFolders(state: string): readonly string[] {
  const jobs = path.join(state, 'jobs');
  try {
    return readdirSync(jobs).map((name) => path.join(jobs, name));
  } catch {
    // There was no run yet.
    return [];
  }
}

/** Null for what is no job's folder. */
function destinationOf(folder: string): string | null {
  try {
    const { destination } = JSON.parse(readFileSync(path.join(folder, 'job.json'), 'utf8')) as { destination?: string };
    return destination ?? null;
  } catch {
    return null;
  }
}
