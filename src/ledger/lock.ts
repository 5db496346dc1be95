/**
 * One run of a job at a time: a file in the job's folder that names who has it.
 *
 * A holder that is gone loses it: on the same host and boot when its process has ended, else when its heartbeat is over
 * a minute old. A host that was booted since has no process of before.
 */

import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { FlowbulkError } from '../errors.ts';
import { sinkError } from '../sinks/write.ts';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';

const HEARTBEAT_MS = 15_000;
const STALE_MS = 60_000;

/** Tries to take over before another run is believed to hold it. */
const TRIES = 5;

interface Holder extends ProcessIdentity {
  readonly run: string;
  /** Milliseconds of the Unix epoch. */
  readonly heartbeatMs: number;
}

function readHolder(file: string): { readonly text: string; readonly holder: Holder | null } | null {
  try {
    const text = readFileSync(file, 'utf8');
    try {
      return { text, holder: JSON.parse(text) as Holder };
    } catch {
      // Half of it was written when the machine went down.
      return { text, holder: null };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw sinkError(error, file);
  }
}

/** Whether the holder is gone. */
function isGone(holder: Holder | null, nowMs: number): boolean {
  if (holder === null) return true;
  const running = isRunning(holder);
  if (running !== null) return !running;
  if (holder.host === hostname()) return true;
  return nowMs - holder.heartbeatMs > STALE_MS;
}

/** Removes the lock `text` and no other: somebody else may have taken it over in the meantime. */
function removeStale(file: string, text: string, mine: string): void {
  const aside = `${file}.${mine}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, 'utf8') !== text) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it already.
    }
  }
  unlinkSync(aside);
}

/** The lock of a job, held until `release`. */
export class JobLock {
  readonly #file: string;
  readonly #run: string;
  readonly #identity = thisProcess();
  readonly #timer: NodeJS.Timeout;

  private constructor(file: string, run: string) {
    this.#file = file;
    this.#run = run;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Takes the lock for a run. Throws E_LOCKED where another run has it, and E_SINK_*. */
  static take(file: string, run: string): JobLock {
    const text = JSON.stringify({ ...thisProcess(), run, heartbeatMs: Date.now() } satisfies Holder);
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        writeFileSync(file, text, { flag: 'wx' });
        return new JobLock(file, run);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw sinkError(error, file);
      }
      const found = readHolder(file);
      if (found === null) continue;
      if (!isGone(found.holder, Date.now())) throw locked(file, found.holder as Holder);
      removeStale(file, found.text, run);
    }
    throw new FlowbulkError(
      'E_LOCKED',
      `${file} is taken again and again: other runs of this job begin at the same time`,
    );
  }

  /** Whether somebody has the lock of a job now; his run. */
  static holderOf(file: string): string | null {
    const holder = readHolder(file)?.holder ?? null;
    return holder === null || isGone(holder, Date.now()) ? null : holder.run;
  }

  /** Tells other hosts that the run goes on. */
  #beat(): void {
    const holder: Holder = { ...this.#identity, run: this.#run, heartbeatMs: Date.now() };
    const temporary = `${this.#file}.${this.#run}.beat`;
    try {
      if (readHolder(this.#file)?.holder?.run !== this.#run) return;
      writeFileSync(temporary, JSON.stringify(holder));
      renameSync(temporary, this.#file);
    } catch {
      // A full disk: the next beat may go well, and on this host the process counts anyhow.
    }
  }

  /** Gives the lock back. */
  release(): void {
    clearInterval(this.#timer);
    try {
      if (readHolder(this.#file)?.holder?.run === this.#run) rmSync(this.#file, { force: true });
    } catch {
      // The process ends, and with it the lock.
    }
  }
}

function locked(file: string, { run, pid, host, heartbeatMs }: Holder): FlowbulkError {
  const seen = new Date(heartbeatMs).toISOString();
  return new FlowbulkError(
    'E_LOCKED',
    `run ${run} of this job is going on: process ${pid} on ${host}, last seen ${seen} (${file})`,
    { facts: { run, pid, host } },
  );
}
