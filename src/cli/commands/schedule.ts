/** `flowbulk schedule -- COMMAND`: what makes a scheduler run a command of flowbulk. */

import { realpathSync } from 'node:fs';
import { EXIT, FlowbulkError } from '../../errors.ts';
import { asCrontab, CRON_COMMAND_CHARACTERS, cronCommand } from '../../schedule/cron.ts';
import { asEventBridge, eventBridgeNotes } from '../../schedule/eventbridge.ts';
import { asKubernetes } from '../../schedule/kubernetes.ts';
import { needsOf } from '../../schedule/needs.ts';
import { type Schedule, scheduleName } from '../../schedule/schedule.ts';
import { asSystemd } from '../../schedule/systemd.ts';
import { parseWhen } from '../../schedule/when.ts';
import { pathsOf, splitWords, type Takes, type Word } from '../../schedule/words.ts';
import { type CommandIo, command } from '../command.ts';
import { OPTIONS, type OptionName } from '../options.ts';
import { parse, provenanceOf } from '../parse.ts';
import { findCommand } from '../registry.ts';
import { version } from '../version.ts';

/** Each form, in the order in which all are printed. */
const FORMS = {
  systemd: { title: 'systemd', print: asSystemd },
  cron: { title: 'cron', print: asCrontab },
  kubernetes: { title: 'Kubernetes', print: asKubernetes },
  eventbridge: { title: 'EventBridge Scheduler and ECS', print: asEventBridge },
} as const;

/** A command line that its own parser accepts. */
interface Checked {
  readonly words: readonly Word[];
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** By the option table: the parser has refused what is no option of the command. */
function takes(option: string): Takes | undefined {
  if (!Object.hasOwn(OPTIONS, option)) return undefined;
  const { kind } = OPTIONS[option as OptionName];
  if (kind === 'flag') return 'nothing';
  return kind === 'path' || kind === 'paths' ? kind : 'value';
}

function refuse(message: string): never {
  throw new FlowbulkError('E_USAGE', message);
}

/** Checks what no scheduler could give, or keep. Throws E_USAGE, without the words, which may hold a secret. */
function checkWords(argv: readonly string[], words: readonly Word[], args: readonly string[]): void {
  if (argv.some((word) => /[a-z]:\/\/[^/@\s]*:[^/@\s]*@/i.test(word))) {
    refuse('a URL with a password must not stand in a schedule: give --user and --password-file');
  }
  if (args[0] === '-')
    refuse('a schedule has no standard input: give SOURCE as s3://bucket/prefix, a file or a folder');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
  const odd = pathsOf(words).find(({ path }) => /[\x00-\x1f\x7f]/.test(path));
  if (odd !== undefined) refuse(`the path of ${odd.option} holds a control character, which schedulers cannot write`);
}

/** Parses the command as it will be parsed when it runs: without the variables that are set here. Throws E_USAGE. */
async function checkCommand([name = '', ...argv]: readonly string[]): Promise<Checked> {
  const scheduled = await findCommand(name);
  if (['schedule', 'completion'].includes(scheduled.name))
    refuse(`${name} is nothing to do again and again: schedule run, for one`);
  const parsed = parse(scheduled, argv, {});
  if (parsed.help) refuse('--help is not for a schedule');
  const names = scheduled.arguments.map((argument) => argument.name);
  const words: Word[] = [{ kind: 'plain', text: name }, ...splitWords(argv, names, takes)];
  const config = provenanceOf(parsed.values)?.file?.path;
  if (config !== undefined && !words.some((word) => word.kind === 'paths' && word.option === 'config')) {
    // Found from the working folder, which is another one there.
    words.splice(1, 0, { kind: 'paths', option: 'config', start: '--config=', paths: [config], use: 'read' });
  }
  checkWords(argv, words, parsed.args);
  return { words, args: parsed.args, values: parsed.values };
}

/** Warns of what is right on a command line and wrong in a schedule. */
function warnOf({ words, args, values }: Checked, { talk, env }: CommandIo): void {
  if (pathsOf(words).some(({ option }) => option === 'config')) {
    talk.warn(
      'paths in the config file count from its folder, which is /data in a container: lay its files there, too',
    );
  }
  if (values['from'] !== undefined && values['since'] === undefined) {
    talk.warn(`--from ${values['from']} is the same for every run: is --since 2d meant?`);
  }
  if (args[0]?.startsWith('s3://') && values['from'] === undefined && values['since'] === undefined) {
    talk.warn('without --since every run lists all of SOURCE: is --since 2d meant?');
  }
  const here = Object.keys(env).filter((name) => name.startsWith('FLOWBULK_') && env[name] !== '');
  if (here.length > 0) {
    talk.warn(`${here.join(', ')}: set here, not there. Put what the command needs where the schedule reads variables`);
  }
}

/** This program, by paths that need no PATH: those of schedulers are short. */
function programHere({ talk }: CommandIo): readonly string[] {
  const script = realpathSync(process.argv[1] ?? '');
  if (script.includes('/_npx/')) talk.warn(`${script} is in the cache of npx: install flowbulk for systemd and cron`);
  return [process.execPath, script];
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

export const schedule = command({
  name: 'schedule',
  summary: 'systemd units, crontab, CronJob or ECS task for a command',
  usage: ['schedule [--at 02:30] [--for systemd] -- COMMAND'],
  examples: [
    ['schedule --for systemd -- run s3://bucket/ https://cluster:9200/vpcflow --since 2d', 'service and timer'],
    ['schedule --for kubernetes --every 1h -- run s3://bucket/ https://cluster/vpcflow --since 6h', 'a CronJob'],
    ['schedule --at 04:15 -- run s3://bucket/ https://cluster/vpcflow --since 2d', 'all forms, to compare'],
  ],
  arguments: [{ name: 'COMMAND', required: true, rest: true, help: 'the command to schedule, with all its options' }],
  options: ['at', 'every', 'for', 'image'],
  notes: ['Nothing is installed: what is printed says where it goes. docs/nightly.md has the whole recipe.'],

  async run(argv, values, io) {
    const { stdout, talk } = io;
    const when = parseWhen(values.at, values.every);
    const checked = await checkCommand(argv);
    warnOf(checked, io);
    const asked = checked.values;
    const made: Schedule = {
      name: scheduleName(checked.args[1]),
      when,
      words: checked.words,
      program: programHere(io),
      image: values.image ?? `flowbulk:${version()}`,
      needs: needsOf({
        inflightBytes: numberOf(asked['inflightBytes']),
        workers: numberOf(asked['workers']),
        drainTimeoutMs: numberOf(asked['drainTimeout']),
      }),
      metricsPort: numberOf(asked['metricsPort']) ?? null,
    };
    const wanted = values.for;
    if (wanted === undefined) {
      const blocks = Object.values(FORMS).map(({ title, print }) => `##### ${title}\n\n${print(made)}`);
      stdout.write(blocks.join('\n'));
    } else {
      stdout.write(FORMS[wanted].print(made));
    }
    if (wanted === undefined || wanted === 'eventbridge') {
      for (const note of eventBridgeNotes(made)) talk.info(note);
    }
    if ((wanted === undefined || wanted === 'cron') && cronCommand(made).length > CRON_COMMAND_CHARACTERS) {
      talk.warn(`the crontab's command is longer than ${CRON_COMMAND_CHARACTERS} characters: Debian's cron refuses it`);
    }
    return EXIT.ok;
  },
});
