/** `flowbulk config show|path`: the values that options have here, and where each is from. */

import { type Effective, type Origin, placeOfJob } from '../../config/layers.ts';
import { EXIT } from '../../errors.ts';
import { command } from '../command.ts';
import { OPTIONS, type OptionName } from '../options.ts';
import { type Provenance, provenanceOf } from '../parse.ts';

/** Variables that hold secrets: only whether they are set is shown. */
const SECRET_VARIABLES = ['FLOWBULK_API_KEY', 'FLOWBULK_PASSWORD'] as const;

/** A line of what is shown. */
interface Row {
  readonly name: string;
  /** As commands get it; null where there is none. */
  readonly value: unknown;
  /** For people: as it was written. */
  readonly text: string;
  readonly origin: Origin | { readonly kind: 'found' };
}

/** Names and passwords in URLs are for nobody to see; a password can hold any character, so the last @ ends it. */
function withoutSecrets(text: string): string {
  return text.replace(/^((?:https?|elastic):\/\/).*@/i, '$1…@');
}

function textOf(name: OptionName, { value, texts, origin }: Effective): string {
  const { defaultShown } = OPTIONS[name];
  if (value === undefined) return defaultShown === undefined ? '-' : `(${defaultShown})`;
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  // A number in the unit that it was given in.
  if (typeof value === 'number') return texts.at(-1) ?? '';
  return origin.kind === 'default' && value === '' ? '-' : String(value);
}

function originText(origin: Row['origin']): string {
  switch (origin.kind) {
    case 'flag':
      return 'flag';
    case 'variable':
      return `variable ${origin.name}`;
    case 'job':
      return `job ${origin.job}, ${origin.file}:${origin.line}`;
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'found':
      return 'found from the working folder';
    case 'default':
      return 'default';
  }
}

function jobRows({ file, job }: Provenance): Row[] {
  if (file === null || job === null) return [];
  return (['source', 'destination'] as const).flatMap((name) => {
    const setting = job[name];
    if (setting === null) return [];
    const text = withoutSecrets(placeOfJob(file, setting));
    return [{ name, value: text, text, origin: { kind: 'job', job: job.name, file: file.path, ...setting.place } }];
  });
}

function optionRow(name: OptionName, effective: Effective, { file }: Provenance): Row {
  if (name === 'config' && file !== null && effective.value === undefined) {
    return { name, value: file.path, text: file.path, origin: { kind: 'found' } };
  }
  const { value = null, origin } = effective;
  const shown = typeof value === 'string' ? withoutSecrets(value) : value;
  return { name, value: shown, text: withoutSecrets(textOf(name, effective)), origin };
}

function table(rows: readonly Row[], secrets: Readonly<Record<string, boolean>>, withOrigin: boolean): string {
  const lines = [
    ...rows.map(({ name, text, origin }) => [name, text, originText(origin)] as const),
    ...Object.entries(secrets).map(([name, isSet]) => [name, isSet ? 'set, not shown' : '-', 'variable'] as const),
  ];
  const widthOf = (column: 0 | 1, most: number) =>
    Math.max(...lines.map((line) => line[column].length).filter((length) => length <= most));
  const [left, middle] = [widthOf(0, 30), widthOf(1, 48)];
  return lines
    .map(([name, text, origin]) =>
      withOrigin ? `${name.padEnd(left)}  ${text.padEnd(middle)}  ${origin}` : `${name.padEnd(left)}  ${text}`,
    )
    .map((line) => `${line}\n`)
    .join('');
}

export const config = command({
  name: 'config',
  summary: 'the values that options have here, and where each is from',
  usage: ['config show [--job NAME] [--origin]', 'config path'],
  examples: [
    ['config show', 'every option with its value'],
    ['config show --job nightly --origin', 'as run --job nightly has them, and where each is from'],
    ['config show --job nightly --retry-for 1h --origin', 'with flags that would be given'],
    ['config path', 'which config file is used'],
  ],
  arguments: [{ name: 'ACTION', required: true, choices: ['show', 'path'], help: 'show or path' }],
  options: ['job', 'origin', 'json'],
  notes: [
    'A config file is flowbulk.config.json, .yaml or .yml in the working folder or the nearest one above it. Its keys',
    'are options as on the command line, without dashes before them, and jobs: { NAME: { source, destination, … } }.',
    'A flag beats its variable, the variable a job, a job the top level of the file, and that the default.',
    'Any option of any command can be given with show. Secrets are never shown.',
  ],

  async run([action], values, { stdout, talk, env }) {
    const provenance = provenanceOf(values) ?? { options: new Map(), file: null, job: null };
    const file = provenance.file?.path ?? null;
    if (action === 'path') {
      if (values.json) stdout.write(`${JSON.stringify({ file })}\n`);
      else if (file !== null) stdout.write(`${file}\n`);
      if (file === null)
        talk.info('no flowbulk.config.json, .yaml or .yml here or above: defaults and variables count');
      return EXIT.ok;
    }
    const rows = [
      ...jobRows(provenance),
      ...[...provenance.options].map(([name, effective]) => optionRow(name, effective, provenance)),
    ];
    const secrets = Object.fromEntries(SECRET_VARIABLES.map((name) => [name, (env[name] ?? '').trim() !== '']));
    if (values.json) {
      const options = rows.map(({ name, value, origin }) => ({ name, value, ...(values.origin ? { origin } : {}) }));
      stdout.write(`${JSON.stringify({ file, job: provenance.job?.name ?? null, options, secrets })}\n`);
    } else {
      stdout.write(table(rows, secrets, values.origin));
    }
    return EXIT.ok;
  },
});
