import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProblem, MAX_COLUMNS, namedColumns, readHeader } from '../../src/formats/header.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';

const read = (text: string) => readHeader(text.split(' '));

function names(text: string): string[] {
  const header = read(text);
  assert.ok(header !== null && !isProblem(header), text);
  return header.fields.map((field) => field?.name ?? '');
}

function problem(text: string): string {
  const header = read(text);
  assert.ok(header !== null && isProblem(header), text);
  return header.problem;
}

test('columns in any order and any subset', () => {
  for (const columns of Object.values(LAYOUTS)) {
    assert.deepEqual(names(columns.join(' ')), columns);
    assert.deepEqual(names(columns.toReversed().join(' ')), columns.toReversed());
  }
  assert.deepEqual(names('srcaddr'), ['srcaddr']);
  assert.deepEqual(names('end bytes action'), ['end', 'bytes', 'action']);
});

test('aliases and `_` for `-`', () => {
  assert.deepEqual(names('pkt-src-service pkt_dst_service log_status'), [
    'pkt-src-aws-service',
    'pkt-dst-aws-service',
    'log-status',
  ]);
});

test('unknown names are kept under aws.vpcflow, if half of the names are known', () => {
  const header = read('version team_name srcaddr cost-center');
  assert.ok(header !== null && !isProblem(header));
  assert.deepEqual(
    header.fields.map((field) => field?.targets[0]),
    ['aws.vpcflow.version', 'aws.vpcflow.team_name', 'source.address', 'aws.vpcflow.cost_center'],
  );
  assert.equal(read('version one two'), null);
  assert.equal(read('one two'), null);
});

test('the same columns have the same key, others another', () => {
  const key = (text: string) => {
    const header = read(text);
    return header !== null && !isProblem(header) ? header.key : null;
  };
  assert.equal(key('version log_status pkt-src-service'), key('version log-status pkt-src-aws-service'));
  assert.notEqual(key('version srcaddr'), key('srcaddr version'));
});

test('a line with a value is no header', () => {
  for (const value of ['2', '0', '-', '1418530010', '10.0.0.1', '::1', '2001:db8::1', 'arn:aws:ecs', '1.5']) {
    assert.equal(read(`version ${value} srcaddr dstaddr`), null, value);
  }
  // These are names, if odd ones.
  assert.notEqual(read('version 2x srcaddr'), null);
});

test('names that cannot be columns', () => {
  assert.match(problem('version Srcaddr dstaddr'), /"Srcaddr" is not of a-z/);
  assert.match(problem('version $srcaddr dstaddr'), /is not of a-z/);
  assert.match(problem('version source.ip dstaddr'), /is not of a-z/);
  assert.match(problem('version srcaddr naïve'), /is not of a-z/);
  assert.match(problem(`version ${'x'.repeat(65)}`), /is not of a-z/);
  assert.deepEqual(names(`version ${'x'.repeat(64)}`).length, 2);
});

test('names whose place a document needs for something else', () => {
  for (const name of ['sublocation', 'tcp-flags-array', 'tcp_flags_array']) {
    assert.match(problem(`version ${name}`), /is taken/);
  }
});

test('a column that comes twice, also under its alias', () => {
  assert.match(problem('version srcaddr version'), /column version comes twice/);
  assert.match(problem('version pkt-src-service pkt-src-aws-service'), /comes twice/);
  assert.match(problem('version log-status log_status'), /comes twice/);
  assert.match(problem('version team-name srcaddr team_name'), /column team-name comes twice/);
});

test('128 columns are read, 129 are not', () => {
  const columns = [...LAYOUTS.v11, ...LAYOUTS.tgw.filter((name) => !(LAYOUTS.v11 as readonly string[]).includes(name))];
  const wide = (count: number) => [...columns, ...Array.from({ length: count - columns.length }, (_, i) => `x-${i}`)];
  assert.equal(names(wide(MAX_COLUMNS).join(' ')).length, 128);
  assert.match(problem(wide(129).join(' ')), /129 columns, at most 128/);
});

test('names that JavaScript objects have of their own are names like others', () => {
  const columns = namedColumns(['version', '__proto__', 'constructor', 'tostring']);
  assert.ok(!isProblem(columns));
  assert.deepEqual(columns.fields.map((field) => field?.targets[0]).slice(1), [
    'aws.vpcflow.__proto__',
    'aws.vpcflow.constructor',
    'aws.vpcflow.tostring',
  ]);
});
