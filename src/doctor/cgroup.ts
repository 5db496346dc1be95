/**
 * What a container or a service may use of the machine.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/index.html
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Limits of the control groups that this process is in; null where there is none. */
export interface CgroupLimits {
  /** Processors, with fractions. */
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
}

/** A number so high means no limit: v1 gives the largest that fits, less than a page. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Reads the limits; `root` is where `proc` and `sys` are. Nothing is limited where neither is to be read. */
export function cgroupLimits(root: string = '/'): CgroupLimits {
  const groups = (read(path.join(root, 'proc/self/cgroup')) ?? '').split('\n').map((line) => line.split(':'));
  const cpus: number[] = [];
  const memory: number[] = [];
  const take = (list: number[], value: number | null) => {
    if (value !== null) list.push(value);
  };
  for (const [, controllers = '', name = '/'] of groups) {
    const mount = path.join(root, 'sys/fs/cgroup', controllers);
    // A limit above counts as much. In a container the name may be the host's, which leads nowhere: its root is left.
    for (let group = name; ; group = path.dirname(group)) {
      const file = (base: string) => read(path.join(mount, group, base));
      if (controllers === '') {
        take(cpus, share(file('cpu.max')?.split(' ')));
        take(memory, bytes(file('memory.max')));
      } else if (controllers.split(',').includes('cpu')) {
        take(cpus, share([file('cpu.cfs_quota_us') ?? '', file('cpu.cfs_period_us') ?? '']));
      } else if (controllers.split(',').includes('memory')) {
        take(memory, bytes(file('memory.limit_in_bytes')));
      }
      if (group === '/' || group === '.') break;
    }
  }
  const least = (list: readonly number[]) => (list.length === 0 ? null : Math.min(...list));
  return { cpus: least(cpus), memoryBytes: least(memory) };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Quota and period in microseconds as processors; null for `max` and -1. */
function share([quota, period]: readonly string[] = []): number | null {
  const cpus = Number(quota) / Number(period);
  return quota !== '' && cpus > 0 && Number.isFinite(cpus) ? cpus : null;
}

function bytes(text: string | null): number | null {
  const value = Number(text ?? 'max');
  return value > 0 && value < NO_LIMIT_BYTES ? value : null;
}
