/** The record of a run as text. */

import { summaryAsText } from '../progress/summary.ts';
import { shellWord } from '../schedule/shell.ts';
import type { RunEnd, RunRecord } from './run-record.ts';

/** Ends of runs in words. */
export const ENDS: Readonly<Record<RunEnd, string>> = {
  whole: 'everything is in',
  incomplete: 'ended, but not everything is in',
  limit: 'stopped at a limit',
  stopped: 'stopped',
  failed: 'failed',
};

/** The command that does the same again, for a shell. */
export function commandText({ command }: RunRecord): string {
  return ['flowbulk', ...command].map(shellWord).join(' ');
}

/** A block of lines. */
export function recordAsText(record: RunRecord): string {
  const { run, job, began, ended, end, error, versions, version, host, summary } = record;
  const cluster = versions.cluster === null ? '' : `, ${versions.cluster}`;
  const rows: (readonly [string, string])[] = [
    ['from', job.source],
    ['to', job.destination],
    ['began', began],
    ['ended', `${ended}, ${ENDS[end]}`],
    ...(error === null ? [] : [['error', `${error.message} [${error.code}]`] as const]),
    ['with', `flowbulk ${version}, Node ${versions.node}, ${versions.inflate}${cluster}, ${host.cores} cores`],
  ];
  const heads = rows.map(([name, text]) => `${name.padEnd(13)} ${text}\n`).join('');
  return `run ${run} of ${job.name}\n${heads}${summaryAsText(summary)}again         ${commandText(record)}\n`;
}
