/** Who a process is: its number alone is given to another one day. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** A process on a host since its last boot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as the system says it; equal only for the same process. */
  readonly startTime: string;
  readonly bootId: string;
  readonly host: string;
}

/** When a process began; null where there is none. Linux: field 22 of /proc/PID/stat (proc_pid_stat(5)); else `ps`. */
export function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      // The second field is the name in brackets, which may hold anything.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie is gone: it only waits to be looked at.
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    } catch {
      return null;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** What is another after each boot. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Rounded, since both clocks are read one after the other.
    return `booted ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', bootId: bootId(), host: hostname() };
}

/** Whether a process of this host and boot still runs; null where it is of another. */
export function isRunning(who: ProcessIdentity): boolean | null {
  const self = thisProcess();
  if (who.host !== self.host || who.bootId !== self.bootId) return null;
  return startTimeOf(who.pid) === who.startTime;
}
