/** A config file: defaults for all commands, and jobs with names. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OPTIONS, type OptionName } from '../cli/options.ts';
import { FlowbulkError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { readJson } from './json-reader.ts';
import { isSettable, JOB_PLACES, refusalOf } from './keys.ts';
import { type ConfigNode, configError, type MapNode, type Place } from './node.ts';
import { readYaml } from './yaml-reader.ts';

/** The value of a key, as texts that `readValue` reads: more than one only for the kinds that may be repeated. */
export interface Setting {
  readonly texts: readonly string[];
  readonly place: Place;
}

/** A job of the file. */
export interface ConfigJob {
  readonly name: string;
  readonly place: Place;
  readonly source: Setting | null;
  readonly destination: Setting | null;
  readonly settings: ReadonlyMap<OptionName, Setting>;
}

/** A config file as read: its keys are options, its values are yet to be understood. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  readonly settings: ReadonlyMap<OptionName, Setting>;
  readonly jobs: ReadonlyMap<string, ConfigJob>;
}

const READERS: Readonly<Record<string, (source: string, file: string) => MapNode>> = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
};

const REPEATABLE: ReadonlySet<string> = new Set(['texts', 'list', 'paths']);

function settingOf(file: string, key: string, value: ConfigNode, takesList: boolean): Setting {
  const { place } = value;
  switch (value.kind) {
    case 'text':
      return { texts: [value.text], place };
    case 'none':
      throw configError(file, place, `${key} has no value: give one, or leave the key out`);
    case 'map':
      throw configError(file, place, `${key} takes ${takesList ? 'values' : 'a value'}, not keys of its own`);
    case 'list':
      if (!takesList) throw configError(file, place, `${key} takes one value, not a list`);
      return {
        texts: value.items.map((item) => {
          if (item.kind === 'text') return item.text;
          throw configError(file, item.place, `${key} takes a list of plain values`);
        }),
        place,
      };
  }
}

function optionSetting(file: string, { key, place, value }: MapNode['entries'][number], others: readonly string[]) {
  if (!isSettable(key)) throw configError(file, place, refusalOf(key, others));
  return [key, settingOf(file, key, value, REPEATABLE.has(OPTIONS[key].kind))] as const;
}

function jobOf(file: string, { key: name, place, value }: MapNode['entries'][number]): ConfigJob {
  if (value.kind !== 'map') throw configError(file, value.place, `job ${name} takes source, destination and options`);
  const places: { source: Setting | null; destination: Setting | null } = { source: null, destination: null };
  const settings = new Map<OptionName, Setting>();
  for (const entry of value.entries) {
    const at = JOB_PLACES.find((one) => one === entry.key);
    if (at === undefined) settings.set(...optionSetting(file, entry, JOB_PLACES));
    else places[at] = settingOf(file, at, entry.value, false);
  }
  return { name, place, ...places, settings };
}

function contentsOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code}): look at its rights`;
    throw new FlowbulkError('E_USAGE', `the config file ${file} ${why}`, { cause });
  }
}

/**
 * Reads a config file, by its ending as JSON or YAML. Throws E_USAGE where it cannot be read or parsed, and for keys
 * that are no options, with their places. Values are checked when they are used.
 */
export function readConfigFile(asked: string): ConfigFile {
  const file = path.resolve(asked);
  const read = READERS[path.extname(file)];
  if (read === undefined) {
    throw new FlowbulkError('E_USAGE', `a config file ends in ${Object.keys(READERS).join(', ')}, not as ${asked}`);
  }
  const settings = new Map<OptionName, Setting>();
  const jobs = new Map<string, ConfigJob>();
  for (const entry of read(contentsOf(file), file).entries) {
    if (entry.key !== 'jobs') settings.set(...optionSetting(file, entry, ['jobs']));
    else if (entry.value.kind === 'map') {
      for (const job of entry.value.entries) jobs.set(job.key, jobOf(file, job));
    } else throw configError(file, entry.value.place, 'jobs takes names, and for each its source and destination');
  }
  return { path: file, settings, jobs };
}

/** The job of that name. Throws E_USAGE with a suggestion where there is none. */
export function findJob({ path: file, jobs }: ConfigFile, name: string): ConfigJob {
  const job = jobs.get(name);
  if (job !== undefined) return job;
  const names = [...jobs.keys()];
  const known = names.length === 0 ? 'it has no jobs' : `its jobs are ${names.join(', ')}`;
  throw new FlowbulkError('E_USAGE', `there is no job '${name}' in ${file}${didYouMean(name, names)}: ${known}`);
}
