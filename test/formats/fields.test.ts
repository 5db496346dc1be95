import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS, findField, unknownField } from '../../src/formats/fields.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';

test('names, aliases and unknown fields keep out of each other’s way', () => {
  const names = FIELDS.flatMap((field) => [field.name, ...field.aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z][a-z0-9-]{0,63}$/);
  const targets = FIELDS.flatMap((field) => field.targets);
  assert.equal(new Set(targets).size, targets.length);
  assert.deepEqual(unknownField('team-name').targets, ['aws.vpcflow.team_name']);
});

test('a field is found by its name, an alias, and with `_` for `-`', () => {
  assert.equal(findField('pkt-src-service')?.name, 'pkt-src-aws-service');
  assert.equal(findField('pkt_dst_service')?.name, 'pkt-dst-aws-service');
  assert.equal(findField('log_status')?.name, 'log-status');
  assert.equal(findField('Version'), undefined);
  assert.equal(findField('constructor'), undefined);
});

test('the layouts have as many columns as AWS and Elastic say', () => {
  const counts = Object.fromEntries(Object.entries(LAYOUTS).map(([name, columns]) => [name, columns.length]));
  const vpc = { v2: 14, v3: 21, v4: 25, v5: 29, v7: 39, v8: 40, v9: 41, v10: 42, v11: 54 };
  assert.deepEqual(counts, { ...vpc, tgw: 36, nat: 6, nat17: 17, flags21: 21 });
  for (const column of Object.values(LAYOUTS).flat()) assert.equal(findField(column)?.name, column);
});

test('every transit gateway field is in its layout, and no other', () => {
  const gateway = FIELDS.filter((field) => field.tgw !== null).map((field) => field.name);
  assert.deepEqual([...LAYOUTS.tgw].sort(), gateway.sort());
});
