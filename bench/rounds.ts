/**
 * Tasks against each other: each runs once a round, in turn, so that what slows the machine for a while slows all of
 * them; ratios are taken within a round. The order turns round every second time.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bench } from 'tinybench';

/** Rounds that count, for a set of so many records; sets too small for figures that mean something get fewer. */
export function roundsFor(records: number): number {
  if (records < 10_000) return 1;
  return records >= 100_000 ? 5 : 3;
}

/** Something to measure. */
export interface Task {
  readonly name: string;
  /** Records that one call works off. */
  readonly records: number;
  /** Warms up by itself, so that no round is lost to it. */
  readonly isWarm?: boolean;
  /** Works them off. Where it says itself what it took, that counts instead of the time of the call. */
  run(): Promise<Taken | undefined> | Taken | undefined;
}

/** What a call took, in milliseconds: by the clock, and of all processors together. */
export interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the server that was sent to; left out where there is none, or where it cannot be told. */
  readonly serverCpuMs?: number;
}

/** A figure of one task, round by round. */
export type Samples = readonly number[];

/** Nanoseconds a record of one task: by the clock, and of all processors together, which other processes spoil less. */
export interface Timing {
  readonly wall: Samples;
  readonly cpu: Samples;
  /** Empty where there is no server, or where it cannot be told. */
  readonly serverCpu: Samples;
}

/** Milliseconds that all threads of this process have used the processors so far. */
export function cpuMsNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// Without it a task would pay for the garbage of the one before. There is no other way to it from inside.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Runs each task once; gives what they took. */
async function round(tasks: readonly Task[]): Promise<ReadonlyMap<Task, Taken>> {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, retainSamples: true, throws: true });
  const taken = new Map<Task, Omit<Taken, 'wallMs'>>();
  for (const [i, task] of tasks.entries()) {
    const call = async () => {
      const before = cpuMsNow();
      const told = await task.run();
      taken.set(task, told ?? { cpuMs: cpuMsNow() - before });
      return told === undefined ? {} : { overriddenDuration: told.wallMs };
    };
    bench.add(`${i}`, call, { async: true, beforeEach: collectGarbage });
  }
  await bench.run();
  return new Map(
    bench.tasks.map(({ result }, i) => {
      const task = tasks[i]!;
      if (result.state !== 'completed') throw new Error(`${task.name} was not measured: ${result.state}`);
      return [task, { ...taken.get(task)!, wallMs: result.latency.samples![0]! }];
    }),
  );
}

/**
 * Measures all tasks in `count` rounds; timings are in the order of the tasks. A round before them warms up what does
 * not do so itself.
 */
export async function alternate(
  tasks: readonly Task[],
  count: number,
  signal: AbortSignal,
): Promise<readonly Timing[]> {
  const rounds: ReadonlyMap<Task, Taken>[] = [];
  for (let i = -1; i < count; i++) {
    signal.throwIfAborted();
    if (i < 0) await round(tasks.filter((task) => task.isWarm !== true));
    else rounds.push(await round(i % 2 === 0 ? tasks : [...tasks].reverse()));
  }
  return tasks.map((task) => {
    const nanoseconds = (key: keyof Taken) =>
      rounds.flatMap((one) => {
        const ms = one.get(task)![key];
        return ms === undefined ? [] : [(ms * 1e6) / task.records];
      });
    return { wall: nanoseconds('wallMs'), cpu: nanoseconds('cpuMs'), serverCpu: nanoseconds('serverCpuMs') };
  });
}

/** Ratios of two tasks by the clock, round by round. */
export function ratios(dividend: Timing, divisor: Timing): Samples {
  return dividend.wall.map((value, i) => value / divisor.wall[i]!);
}

/** The middle one of an odd number of samples. */
export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
