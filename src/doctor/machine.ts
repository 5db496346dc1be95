/** What is to be known of the machine: Node, cores, memory, engines. */

import { EXIT } from '../errors.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { formatBytes } from '../progress/numbers.ts';
import type { CgroupLimits } from './cgroup.ts';
import { type Check, type CheckGroup, type Finding, fail, ok, warn } from './check.ts';

/** The first version of Node that everything was tried with. */
const OLDEST_NODE = '20.18.1';

/** What Node itself, code and a listing take (docs/tuning.md has the rest). */
const BASE_BYTES = 160 * 2 ** 20;
const WORKER_BYTES = 7 * 2 ** 20;

/** With less than so much beside what is needed, a page cache and peaks have no room. */
const ROOM = 1.25;

/** What was read of the machine. */
export interface MachineReadings {
  /** As `process.versions.node`. */
  readonly node: string;
  readonly zlib: string;
  readonly platform: string;
  readonly arch: string;
  /** As `os.availableParallelism()`. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly limits: CgroupLimits;
}

/** What a run would take. */
export interface MemoryNeeds {
  readonly workers: number;
  /** Bodies of all workers: those in flight, and those that are being filled. */
  readonly bodyBytes: number;
  /** Estimate of the compiled tables. */
  readonly geoBytes: number;
}

/** Checks of what was read; `needs` throws E_USAGE where sizes cannot be. `env` is the program's environment. */
export function machineGroup(
  readings: MachineReadings,
  needs: () => MemoryNeeds,
  env: Readonly<Record<string, string | undefined>>,
  more: readonly Check[],
): CheckGroup {
  const checks: readonly Check[] = [
    { name: 'Node', look: () => nodeFinding(readings) },
    { name: 'cores', look: () => coresFinding(readings, needs().workers) },
    { name: 'memory', look: () => memoryFinding(readings, needs()) },
    { name: 'inflate', look: () => ok(`${inflateEngine({ ...env })} (zlib ${readings.zlib})`) },
  ];
  return { title: 'Machine', exitCode: EXIT.usage, checks: [...checks, ...more] };
}

function nodeFinding({ node, platform, arch }: MachineReadings): Finding {
  const found = `${node} on ${platform} ${arch}`;
  const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10));
  const oldest = numbers(OLDEST_NODE);
  const at = numbers(node).findIndex((number, i) => number !== oldest[i]);
  const isOld = at >= 0 && numbers(node)[at]! < oldest[at]!;
  return isOld ? fail(found, `install Node ${OLDEST_NODE} or later`) : ok(found);
}

function coresFinding({ cores, limits: { cpus } }: MachineReadings, workers: number): Finding {
  const allowed = cpus === null ? cores : Math.min(cores, cpus);
  const limited = cpus === null ? '' : `, the container may use ${Number(cpus.toFixed(2))}`;
  const found = `${cores} cores${limited}, ${workers} worker${workers === 1 ? '' : 's'}`;
  const fitting = Math.max(1, Math.round(allowed));
  return workers > Math.ceil(allowed) ? warn(found, `--workers ${fitting}: more only wait for one another`) : ok(found);
}

function memoryFinding({ memoryBytes, limits }: MachineReadings, needs: MemoryNeeds): Finding {
  const { workers, bodyBytes, geoBytes } = needs;
  const isLimited = limits.memoryBytes !== null && limits.memoryBytes < memoryBytes;
  const limit = isLimited ? (limits.memoryBytes as number) : memoryBytes;
  const need = BASE_BYTES + workers * WORKER_BYTES + bodyBytes + geoBytes;
  const parts = [
    ...(bodyBytes === 0 ? [] : [`bodies ${formatBytes(bodyBytes)}`]),
    ...(geoBytes === 0 ? [] : [`geo tables ${formatBytes(geoBytes)}`]),
  ];
  const of = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const found = `${formatBytes(limit)}${isLimited ? ', the limit of the container' : ''}; a run takes about ${formatBytes(need)}${of}`;
  const fix = `give ${isLimited ? 'the container' : 'the machine'} ${formatBytes(need * ROOM)}${
    bodyBytes === 0 ? ' or fewer --workers' : ', or less --inflight-bytes or fewer --workers'
  }`;
  if (limit < need) return fail(found, fix);
  return limit < need * ROOM ? warn(found, fix) : ok(found);
}
