/** A command that is to run again and again, as the forms for schedulers take it. */

import { EXIT } from '../errors.ts';
import type { Needs } from './needs.ts';
import type { When } from './when.ts';
import type { Word } from './words.ts';

/** What to run, when, and with what. */
export interface Schedule {
  /** Names units, jobs and volumes: lower case, digits and dashes. */
  readonly name: string;
  readonly when: When;
  /** The command and all that follows it. */
  readonly words: readonly Word[];
  /** How the program is called on this machine: absolute paths. */
  readonly program: readonly string[];
  /** The container image. */
  readonly image: string;
  readonly needs: Needs;
  /** Where metrics are served, if they are. */
  readonly metricsPort: number | null;
}

/** Variables of the scheduled program, secrets among them, where schedulers read a file. */
export const ENVIRONMENT_FILE = '/etc/flowbulk/flowbulk.env';

/** Stopped at a limit, and another run of the job is under way: no reason for an alarm. */
export const GOOD_EXITS: readonly number[] = [EXIT.limit, EXIT.locked];

/** Exit codes that no other try would mend. The rest is tried again: 75, and a program that was killed. */
export const FINAL_EXITS: readonly number[] = [
  EXIT.bug,
  EXIT.usage,
  EXIT.incomplete,
  EXIT.sourceRefused,
  EXIT.sinkRefused,
  EXIT.nothingToDo,
];

/** The user of the container image, and where it may write. */
export const CONTAINER = { user: 10001, state: '/state', data: '/data', secrets: '/etc/flowbulk/secrets' } as const;

const NAME_CHARACTERS = 45;

/** A name for the schedule of a destination: the last part of its path. A CronJob's has 52 characters at most. */
export function scheduleName(destination: string | undefined): string {
  const last = destination?.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const clean = `flowbulk-${last}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return clean.slice(0, NAME_CHARACTERS).replace(/-+$/, '');
}
