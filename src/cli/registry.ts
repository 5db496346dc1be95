/** The commands, in the order of the help. Each is loaded only when it is called: `--version` must not load the S3 client. */

import { FlowbulkError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import type { Command } from './command.ts';

/** A command by name, with what the overview of commands says about it. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** All commands. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'run',
    summary: 'flow logs into Elasticsearch or OpenSearch, every document answered for',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'plan',
    summary: 'how much there is, what it becomes, what it costs and how long it takes',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'setup',
    summary: 'the index template and lifecycle for what run writes to',
    load: async () => (await import('./commands/setup.ts')).setup,
  },
  {
    name: 'status',
    summary: 'jobs, how they stand, and what to do next',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'report',
    summary: 'what a run did: totals, rates over time, days, failures',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'doctor',
    summary: 'whether a run would work, and what to do where not',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'verify',
    summary: 'proof that what was read is in the target: counts by day, ids with --deep',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'retry',
    summary: 'objects that failed or are damaged, and documents that were refused, once more',
    load: async () => (await import('./commands/retry.ts')).retry,
  },
  {
    name: 'convert',
    summary: 'flow logs to ECS documents: NDJSON, or bodies for _bulk',
    load: async () => (await import('./commands/convert.ts')).convert,
  },
  {
    name: 'topology',
    summary: 'who talks to whom: a map of connections, for StackState or to look at',
    load: async () => (await import('./commands/topology.ts')).topology,
  },
  {
    name: 'enqueue',
    summary: 'fill a queue with what there is to read, for run sqs://… on many machines',
    load: async () => (await import('./commands/enqueue.ts')).enqueue,
  },
  {
    name: 'schedule',
    summary: 'systemd units, crontab, CronJob or ECS task for a command',
    load: async () => (await import('./commands/schedule.ts')).schedule,
  },
  {
    name: 'geo',
    summary: 'the geo and AS tables: build them, show them, look an address up',
    load: async () => (await import('./commands/geo.ts')).geo,
  },
  {
    name: 'generate',
    summary: 'make synthetic flow logs with the key layout of AWS',
    load: async () => (await import('./commands/generate.ts')).generate,
  },
  {
    name: 'fields',
    summary: 'the table of fields: names, versions, where they go',
    load: async () => (await import('./commands/fields.ts')).fields,
  },
  {
    name: 'bench',
    summary: 'measure how fast it is on this machine',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  {
    name: 'config',
    summary: 'the values that options have here, and where each is from',
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'completion',
    summary: 'completions for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];

/** The command of that name. Throws E_USAGE with a suggestion where there is none. */
export async function findCommand(name: string): Promise<Command> {
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry !== undefined) return entry.load();
  const near = didYouMean(name, [...COMMANDS.map((one) => one.name), 'help']);
  throw new FlowbulkError('E_USAGE', `unknown command '${name}'${near}; see: flowbulk help`);
}
