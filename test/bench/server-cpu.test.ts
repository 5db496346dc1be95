import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { cpuMsOf, serverCpu, serverPid } from '../../bench/server-cpu.ts';

const hasProc = existsSync('/proc/self/stat');
const server = createServer();
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

test('finds the process that listens on this machine', { skip: !hasProc }, () => {
  const { port } = server.address() as AddressInfo;
  assert.equal(serverPid(`http://127.0.0.1:${port}`), process.pid);
  assert.equal(serverPid(`http://localhost:${port}/path`), process.pid);
});

test('knows nothing of other machines', () => {
  const { port } = server.address() as AddressInfo;
  assert.equal(serverPid(`http://192.0.2.1:${port}`), null);
  assert.deepEqual(serverCpu(null)(), {});
});

test('counts the time of all threads, as Node does', { skip: !hasProc }, () => {
  const used = serverCpu(process.pid);
  const { user, system } = process.cpuUsage();
  const until = performance.now() + 300;
  while (performance.now() < until);
  const now = process.cpuUsage();
  const byNode = (now.user - user + now.system - system) / 1000;
  const ms = used().serverCpuMs ?? Number.NaN;
  // Both ends are told in steps of 10 ms.
  assert.ok(Math.abs(ms - byNode) <= 30, `${ms} ms, Node says ${byNode}`);
  assert.equal(cpuMsOf(0x7fffffff), null);
});
