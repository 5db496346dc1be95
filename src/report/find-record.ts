/** Finds the record of a run: by its name, by a path, or the latest. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { jobIn } from '../job/job.ts';
import { jobNames } from '../status/job-status.ts';
import type { RunRecord } from './run-record.ts';

/** Runs are named so. */
const RUN_NAME = /^[0-9a-f]{8}$/;

/** `TIME-RUN.json`: names of files sort by time. */
const FILE_NAME = /^(\d{8}T\d{6}Z)-([0-9a-f]{8})\.json$/;

/** Paths of all records in a state folder, oldest first. */
function recordPaths(state: string): readonly string[] {
  const all: string[] = [];
  for (const job of jobNames(state)) {
    const { runsPath } = jobIn(path.join(state, 'jobs', job));
    if (!existsSync(runsPath)) continue;
    for (const file of readdirSync(runsPath)) if (FILE_NAME.test(file)) all.push(path.join(runsPath, file));
  }
  return all.sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
}

/** The path of the record that is meant. Throws E_USAGE where there is none. */
export function findRecord(asked: string | undefined, state: string): string {
  const paths = recordPaths(state);
  if (asked === undefined) {
    const latest = paths.at(-1);
    if (latest !== undefined) return latest;
    throw new FlowbulkError('E_USAGE', `no record of a run in ${path.join(state, 'jobs')}: flowbulk run writes one`);
  }
  const named = paths.filter((one) => FILE_NAME.exec(path.basename(one))?.[2] === asked).at(-1);
  if (named !== undefined) return named;
  if (existsSync(asked)) return asked;
  const where = RUN_NAME.test(asked) ? `no run ${asked} in ${path.join(state, 'jobs')}` : `no file ${asked}`;
  throw new FlowbulkError('E_USAGE', `${where}: give the name of a run (8 digits, as in dead letters) or a record`);
}

/** Reads a record. Throws E_USAGE where the file is none. */
export function readRecord(file: string): RunRecord {
  let record: Partial<RunRecord> | null;
  try {
    record = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunRecord> | null;
  } catch (error) {
    throw new FlowbulkError('E_USAGE', `${file} cannot be read as the record of a run: ${(error as Error).message}`);
  }
  const isRecord = record?.v === 1 && record.run !== undefined && record.summary !== undefined;
  if (!isRecord || record?.samples === undefined || record.command === undefined) {
    throw new FlowbulkError('E_USAGE', `${file} is no record of a run, or one that another version of flowbulk wrote`);
  }
  // Runs before there were filters have left nothing out.
  return { ...record, summary: { ...record.summary, filtered: record.summary?.filtered ?? 0 } } as RunRecord;
}
