/** The value of each option, and where it is from: flag, variable, job, top level of the config file, default. */

import { homedir } from 'node:os';
import path from 'node:path';
import { envNameOf, keyOf, OPTIONS, type OptionName, type OptionSpec } from '../cli/options.ts';
import { readValue } from '../cli/values.ts';
import { FlowbulkError } from '../errors.ts';
import type { ConfigFile, ConfigJob, Setting } from './config-file.ts';
import { configError, type Place } from './node.ts';

/** Where a value is from. */
export type Origin =
  | { readonly kind: 'flag' }
  | { readonly kind: 'variable'; readonly name: string }
  | ({ readonly kind: 'job'; readonly job: string; readonly file: string } & Place)
  | ({ readonly kind: 'file'; readonly file: string } & Place)
  | { readonly kind: 'default' };

/** What can give an option its value, besides its default. */
export interface Layers {
  readonly flags: ReadonlyMap<OptionName, readonly string[]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigFile | null;
  readonly job: ConfigJob | null;
}

/** Texts of a value that are yet to be read. */
interface Given {
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** An option as it counts. */
export interface Effective {
  /** As `readValue` gives it; undefined where nothing gives one. */
  readonly value: unknown;
  /** As it was written. */
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** The first that gives a value wins, and its whole value counts: lists are not joined. */
const STRENGTH: readonly Origin['kind'][] = ['flag', 'variable', 'job', 'file'];

/**
 * Options that exclude one another, in groups that go together. What is given nearest puts the others out: the `since`
 * of a job must not make `run --job nightly --from 2025-01-01` fail, nor an API key at the top level a job with a user.
 */
const RIVALS: readonly (readonly (readonly OptionName[])[])[] = [
  [['from'], ['since']],
  [['api-key-file'], ['user', 'password-file'], ['aws-sigv4']],
];

/** The value that is given nearest; null where nothing but the default is there. */
function givenTo(name: OptionName, { flags, env, file, job }: Layers): Given | null {
  const flag = flags.get(name);
  if (flag !== undefined) return { texts: flag, origin: { kind: 'flag' } };
  const variable = env[envNameOf(name)] ?? '';
  if (variable !== '') {
    const texts = OPTIONS[name].kind === 'texts' ? variable.split('\n') : [variable];
    return { texts, origin: { kind: 'variable', name: envNameOf(name) } };
  }
  const inJob = job?.settings.get(name);
  if (file !== null && job !== null && inJob !== undefined) {
    return { texts: inJob.texts, origin: { kind: 'job', job: job.name, file: file.path, ...inJob.place } };
  }
  const inFile = file?.settings.get(name);
  if (file === null || inFile === undefined) return null;
  return { texts: inFile.texts, origin: { kind: 'file', file: file.path, ...inFile.place } };
}

/** A path of a config file is relative to that file; `~/` is the home folder, as no shell has seen it. */
function fromFolderOf(file: string, text: string): string {
  if (text === '-') return text;
  const full = path.resolve(
    path.dirname(file),
    text.replace(/^~(?=\/)/, () => homedir()),
  );
  // The slash at the end says that it is a folder.
  return text.endsWith('/') && full !== '/' ? `${full}/` : full;
}

function readFromFile(name: OptionName, spec: OptionSpec, texts: readonly string[], file: string, place: Place) {
  try {
    const value = readValue(spec, name, texts);
    if (spec.kind === 'path') return fromFolderOf(file, value as string);
    if (spec.kind === 'paths') return (value as readonly string[]).map((one) => fromFolderOf(file, one));
    return value;
  } catch (error) {
    if (!(error instanceof FlowbulkError)) throw error;
    // How far back an age reaches is read under the name of --since, whatever the option is called.
    const message = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
    throw configError(file, place, message);
  }
}

function effectiveOf(name: OptionName, given: Given | null): Effective {
  const spec = OPTIONS[name];
  if (given === null) {
    const origin = { kind: 'default' } as const;
    if (spec.default !== undefined) {
      return { value: readValue(spec, `--${name}`, [spec.default]), texts: [spec.default], origin };
    }
    const isList = ['texts', 'list', 'paths'].includes(spec.kind);
    return { value: spec.kind === 'flag' ? false : isList ? [] : undefined, texts: [], origin };
  }
  const { texts, origin } = given;
  if (origin.kind === 'file' || origin.kind === 'job') {
    return { value: readFromFile(name, spec, texts, origin.file, origin), texts, origin };
  }
  return { value: readValue(spec, origin.kind === 'variable' ? origin.name : `--${name}`, texts), texts, origin };
}

/** Every option of `names` with its effective value. Throws E_USAGE for values that cannot be read, by where they are. */
export function effectiveOptions(names: Iterable<OptionName>, layers: Layers): Map<OptionName, Effective> {
  const given = new Map([...names].map((name) => [name, givenTo(name, layers)]));
  /** The less the nearer. */
  const strength = (name: OptionName) => {
    const kind = given.get(name)?.origin.kind;
    return kind === undefined ? STRENGTH.length : STRENGTH.indexOf(kind);
  };
  for (const groups of RIVALS) {
    const strengths = groups.map((group) => Math.min(...group.map(strength)));
    const nearest = Math.min(...strengths);
    for (const name of groups.filter((_, at) => strengths[at]! > nearest).flat()) {
      if (given.has(name)) given.set(name, null);
    }
  }
  return new Map([...given].map(([name, value]) => [name, effectiveOf(name, value)]));
}

/** The values alone, by their names in camel case, as commands take them. */
export function valuesOf(options: ReadonlyMap<OptionName, Effective>): Record<string, unknown> {
  return Object.fromEntries([...options].map(([name, { value }]) => [keyOf(name), value]));
}

/** SOURCE or DESTINATION of a job: where it is a path, it is relative to the file. */
export function placeOfJob({ path: file }: ConfigFile, { texts, place }: Setting): string {
  const text = texts[0] ?? '';
  if (text === '') throw configError(file, place, 'the source and the destination of a job cannot be empty');
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : fromFolderOf(file, text);
}
