/** The processor time of a server on this machine, by /proc; nothing where there is none, as on other systems. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMsNow, type Taken } from './rounds.ts';

/** USER_HZ is 100 in Linux's interface whatever the kernel's own tick: https://man7.org/linux/man-pages/man7/time.7.html */
const TICK_MS = 10;

/** State 0A of /proc/net/tcp: listening (https://docs.kernel.org/networking/proc_net_tcp.html). */
const LISTENING = '0A';

/** A server that uses less than this share of one processor over this time does nothing. */
const QUIET_SHARE = 0.1;
const QUIET_MS = 500;
const QUIET_LIMIT_MS = 20_000;

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** The process that listens on a port of this machine; null where it cannot be told, as where it is another user's. */
function listeningPid(port: number): number | null {
  const portHex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readOrEmpty(file)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[1]?.endsWith(`:${portHex}`) && cells[3] === LISTENING)
      .map((cells) => `socket:[${cells[9]}]`),
  );
  if (inodes.length === 0) return null;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => linksOf(`/proc/${pid}/fd`).some((link) => inodes.includes(link)));
  return found === undefined ? null : Number(found);
}

function linksOf(folder: string): readonly string[] {
  const unlessGone = <T>(read: () => readonly T[]): readonly T[] => {
    try {
      return read();
    } catch {
      // Another user's process, one that has just ended, a file that was closed meanwhile.
      return [];
    }
  };
  return unlessGone(() => readdirSync(folder)).flatMap((name) => unlessGone(() => [readlinkSync(`${folder}/${name}`)]));
}

/** The process behind a URL, where that is on this machine; else null. */
export function serverPid(url: string): number | null {
  const { hostname, port, protocol } = new URL(url);
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return null;
  return listeningPid(Number(port) || (protocol === 'https:' ? 443 : 80));
}

/** Milliseconds that all threads of a process have used the processors so far; null where it cannot be told. */
export function cpuMsOf(pid: number): number | null {
  // pid (name, which may hold anything) state ppid … utime and stime are the 14th and 15th.
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const cells = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(cells[11]) + Number(cells[12]);
  return Number.isFinite(ticks) ? ticks * TICK_MS : null;
}

/** Counts a server's processor time from now on: what it gives says how much it was, where that can be told. */
export function serverCpu(pid: number | null): () => Pick<Taken, 'serverCpuMs'> {
  const read = () => (pid === null ? null : cpuMsOf(pid));
  const before = read();
  return () => {
    const after = read();
    return before === null || after === null ? {} : { serverCpuMs: after - before };
  };
}

/** Does work that measures its own time, and says what it took of processors: of this process, and of the server. */
export async function withCpu(pid: number | null, work: () => Promise<{ readonly wallMs: number }>): Promise<Taken> {
  const before = cpuMsNow();
  const ofServer = serverCpu(pid);
  const { wallMs } = await work();
  return { wallMs, cpuMs: cpuMsNow() - before, ...ofServer() };
}

/** Waits until a server has done what was left to do, merges above all; at most 20 seconds. */
export async function untilQuiet(pid: number | null, signal: AbortSignal): Promise<void> {
  for (const began = performance.now(); performance.now() - began < QUIET_LIMIT_MS; ) {
    const used = serverCpu(pid);
    await sleep(QUIET_MS, undefined, { signal });
    const { serverCpuMs = 0 } = used();
    if (serverCpuMs < QUIET_SHARE * QUIET_MS) return;
  }
}
