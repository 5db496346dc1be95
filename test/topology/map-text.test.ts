import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionsOf } from '../../src/topology/connections.ts';
import { elementsOf, type MapOf } from '../../src/topology/elements.ts';
import type { MapForm } from '../../src/topology/map-forms.ts';
import { mapText } from '../../src/topology/map-text.ts';
import { ACCOUNT, described, known, row } from './maps.ts';

const OF: MapOf = { account: ACCOUNT, hostname: 'test', nowS: 1_620_000_100 };

const interfaces = known(
  described('eni-1', 'vpc-1', '10.0.0.1', { Description: 'a "quoted" \\ name' }),
  described('eni-2', 'vpc-2', '10.2.0.2'),
);
const rows = [
  row(interfaces, 'eni-1', '10.0.0.1', '10.2.0.2', { bytesOut: 1_234_567n }),
  row(interfaces, 'eni-1', '10.0.0.1', '10.9.9.9', { startS: null, endS: null, protocol: null }),
];

function text(form: MapForm, from = rows): string {
  const connections = connectionsOf(from, interfaces);
  return [...mapText(form, { connections, elementsOf: (one) => elementsOf(one, OF), account: ACCOUNT })].join('');
}

test('elements, a line each', () => {
  const lines = text('documents')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const kinds = lines.map((line) => Object.keys(line).join());
  const each = ['component', 'component', 'relation', 'metric', 'metric', 'metric', 'metric'];
  assert.deepEqual(kinds, [...each, ...each]);
  assert.equal(text('documents', []), '');
});

test('Graphviz: a box for each VPC, one edge for each connection, marks escaped', () => {
  const dot = text('dot');
  assert.match(dot, /^graph "123456789012" \{\n/);
  assert.match(dot, /"vpc-1\/10\.0\.0\.1" -- "vpc-2\/10\.2\.0\.2" \[label="→ 1\.23 MB ← 60 B"\];/);
  assert.match(dot, /subgraph "cluster vpc-2" \{/);
  assert.ok(dot.includes('[label="10.0.0.1 a \\"quoted\\" \\\\ name"];'));
  assert.equal(dot.match(/--/g)?.length, 2);
  assert.equal(dot.match(/[{]/g)?.length, dot.match(/[}]/g)?.length);
});

test('JSON is one object, also without connections', () => {
  const { v, account, connections } = JSON.parse(text('json'));
  assert.deepEqual([v, account, connections.length], [1, ACCOUNT, 2]);
  assert.deepEqual(connections[1].remote, {
    vpc: 'vpc-2',
    address: '10.2.0.2',
    interface: 'eni-2',
    publicAddress: null,
    region: 'eu-west-1',
  });
  assert.deepEqual([connections[1].bytesSent, connections[1].loggedBy], [1_234_567, ['eni-1']]);
  assert.deepEqual([connections[0].start, connections[0].protocol], [null, null]);
  assert.deepEqual(JSON.parse(text('json', [])).connections, []);
});

test('CSV has a header and as many columns in each row; what is not known is empty', () => {
  const [header = '', first = '', second = '', end] = text('csv').split('\r\n');
  assert.equal(end, '');
  const columns = header.split(',');
  assert.equal(second.split(',').length, columns.length);
  const cells = first.split(',');
  assert.equal(cells[columns.indexOf('start')], '');
  assert.equal(cells[columns.indexOf('remote_address')], '10.9.9.9');
});
