/**
 * The program itself, for benches: says on descriptor 3, when it ends, how much memory it had at most and how long it
 * took. Everything else is as if `flowbulk` had been called.
 */

import { readFileSync, writeSync } from 'node:fs';

const FACTS_DESCRIPTOR = 3;

/**
 * Most memory of this process in bytes. On Linux by /proc: what getrusage says there is never less than the memory of
 * the process that started this one.
 */
function maxRssBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

process.on('exit', () => {
  writeSync(FACTS_DESCRIPTOR, JSON.stringify({ maxRssBytes: maxRssBytes(), wallSeconds: performance.now() / 1000 }));
});
await import('../src/cli/start.ts');
