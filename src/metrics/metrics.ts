/** The metrics of a run for Prometheus: as a file, over HTTP, or both. */

import path from 'node:path';
import { EXIT, FlowbulkError } from '../errors.ts';
import { exposition } from './exposition.ts';
import { LAST_COMPLETE, type MeasuredRun, type RunTimes, runMetrics, timeMetrics } from './run-metrics.ts';
import { type MetricsServer, serveMetrics } from './server.ts';
import { readTextfileValue, TEXTFILE_SUFFIX, writeTextfile } from './textfile.ts';

const WRITE_EVERY_MS = 10_000;
const MOST_PORT = 65_535;

/** Where metrics go. */
export interface MetricsOptions {
  /** For node_exporter; its name ends in `.prom`. */
  readonly file?: string | undefined;
  readonly port?: number | undefined;
  /** The label `flowbulk_job`; the file's name without it, which no other file in its folder has. */
  readonly job?: string | undefined;
}

/** Metrics that are given out. */
export interface Metrics {
  /** The port they are served at; null without `port`. */
  readonly port: number | null;
  /** From now on they tell of this run. */
  watch(run: MeasuredRun): void;
  /** Gives the end out, and ends. Never throws: what goes wrong is warned of. */
  stop(exitCode: number): Promise<void>;
}

const seconds = () => Date.now() / 1000;

function checkOptions({ file, port }: MetricsOptions): void {
  if (file !== undefined && !file.endsWith(TEXTFILE_SUFFIX)) {
    throw new FlowbulkError('E_USAGE', `--metrics-file takes a name that ends in .prom, not '${file}'`);
  }
  if (port !== undefined && port > MOST_PORT) {
    throw new FlowbulkError('E_USAGE', `--metrics-port takes a port up to ${MOST_PORT}, not ${port}`);
  }
}

/** The file at a time: a warning for the first of several failures, so that a full disk fills no log. */
function fileWriter(file: string, text: () => string, onWarn: (text: string) => void): () => void {
  let failed = false;
  return () => {
    try {
      writeTextfile(file, text());
      failed = false;
    } catch (error) {
      if (!failed) onWarn(`metrics are not written to ${file}: ${(error as Error).message}`);
      failed = true;
    }
  };
}

/**
 * Starts to give metrics out; to be called before the run begins, so that what is wrong is told before anything is
 * done. Neither the file's timer nor the server keeps the process alive. Throws E_USAGE for a file that cannot be
 * written and a port that cannot be had; what goes wrong later is passed to `onWarn` and ends nothing.
 */
export async function startMetrics(options: MetricsOptions, onWarn: (text: string) => void): Promise<Metrics> {
  checkOptions(options);
  const { file, port } = options;
  const job = options.job ?? (file === undefined ? undefined : path.basename(file, TEXTFILE_SUFFIX));
  let run: MeasuredRun | null = null;
  let times: RunTimes = {
    start: seconds(),
    end: null,
    lastComplete: file === undefined ? null : readTextfileValue(file, LAST_COMPLETE),
  };
  const text = () =>
    exposition(
      [...timeMetrics(times), ...(run === null ? [] : runMetrics(run))],
      job === undefined ? {} : { flowbulk_job: job },
    );
  const server: MetricsServer | null = port === undefined ? null : await serveMetrics(port, text);
  let timer: NodeJS.Timeout | undefined;
  let write = () => {};
  if (file !== undefined) {
    try {
      writeTextfile(file, text());
    } catch (cause) {
      await server?.stop();
      const { message } = cause as Error;
      throw new FlowbulkError('E_USAGE', `--metrics-file cannot be written: ${message}`, { cause });
    }
    write = fileWriter(file, text, onWarn);
    timer = setInterval(write, WRITE_EVERY_MS);
    timer.unref();
  }
  return {
    port: server?.port ?? null,
    watch(started) {
      run = started;
    },
    async stop(exitCode) {
      clearInterval(timer);
      const time = seconds();
      times = { ...times, end: { time, exitCode }, lastComplete: exitCode === EXIT.ok ? time : times.lastComplete };
      write();
      await server?.stop();
    },
  };
}

/**
 * Does `work` and gives metrics out meanwhile: of the run that it tells to watch, and at last of its exit code or of
 * what it threw. `signal` is the stop signal of the program, whose reason counts once it is aborted. Throws what
 * `startMetrics` and `work` throw.
 */
export async function withMetrics(
  options: MetricsOptions,
  signal: AbortSignal,
  onWarn: (text: string) => void,
  work: (metrics: Pick<Metrics, 'watch'>) => Promise<number>,
): Promise<number> {
  const metrics = await startMetrics(options, onWarn);
  let exitCode: number = EXIT.bug;
  try {
    exitCode = await work(metrics);
    return exitCode;
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error;
    if (cause instanceof FlowbulkError) exitCode = cause.exitCode;
    throw error;
  } finally {
    await metrics.stop(exitCode);
  }
}
