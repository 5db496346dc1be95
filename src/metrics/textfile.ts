/**
 * Metrics as a file for the textfile collector of node_exporter: nightly runs end before Prometheus would come by.
 * https://github.com/prometheus/node_exporter#textfile-collector
 */

import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** The collector reads files of this name only, and as another user. */
export const TEXTFILE_SUFFIX = '.prom';
const MODE = 0o644;

/**
 * Writes the file whole: the collector never sees half of it. The temporary name does not end in `.prom`, so that one
 * that a crash leaves behind is not read, and is no other process's: two runs of a job may meet before one sees the lock
 * of the other. Throws what the file system throws.
 */
export function writeTextfile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    // The mode of writeFileSync is cut by the umask, and means nothing for a file that is there.
    chmodSync(temporary, MODE);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The value of a metric without labels of its own in a file of a run before; null where there is none. */
export function readTextfileValue(file: string, name: string): number | null {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
    const value = Number(line?.split(' ').at(-1) ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}
