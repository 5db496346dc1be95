import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { cgroupLimits } from '../../src/doctor/cgroup.ts';
import { temporaryFolder } from '../run/program.ts';

/** A root with these files in it. */
function root(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), `${text}\n`);
  }
  return folder;
}

test('version 2: the least of the limits of the group and of those above it', () => {
  const limits = cgroupLimits(
    root({
      'proc/self/cgroup': '0::/kubepods/pod1/c1',
      'sys/fs/cgroup/kubepods/pod1/c1/cpu.max': '150000 100000',
      'sys/fs/cgroup/kubepods/pod1/c1/memory.max': 'max',
      'sys/fs/cgroup/kubepods/pod1/memory.max': '536870912',
      'sys/fs/cgroup/kubepods/cpu.max': 'max 100000',
      'sys/fs/cgroup/kubepods/memory.max': '8589934592',
    }),
  );
  assert.deepEqual(limits, { cpus: 1.5, memoryBytes: 536_870_912 });
});

test('version 2 in a container of its own: the group is the root', () => {
  const files = { 'sys/fs/cgroup/cpu.max': '50000 100000', 'sys/fs/cgroup/memory.max': '268435456' };
  assert.deepEqual(cgroupLimits(root({ 'proc/self/cgroup': '0::/', ...files })), {
    cpus: 0.5,
    memoryBytes: 268_435_456,
  });
});

test('version 1: a folder for each controller; in a container the name leads nowhere, and the root counts', () => {
  const limits = cgroupLimits(
    root({
      'proc/self/cgroup': '4:memory:/docker/abc\n3:cpuset:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/x',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
    }),
  );
  assert.deepEqual(limits, { cpus: 2, memoryBytes: 1_073_741_824 });
});

test('no limits: by the words of either version, and where there is nothing to read', () => {
  const none = { cpus: null, memoryBytes: null };
  const v1 = {
    'proc/self/cgroup': '4:memory:/\n2:cpu:/',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
  };
  assert.deepEqual(cgroupLimits(root(v1)), none);
  const v2 = { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': 'max 100000', 'sys/fs/cgroup/memory.max': 'max' };
  assert.deepEqual(cgroupLimits(root(v2)), none);
  assert.deepEqual(cgroupLimits(root({})), none);
});
