import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { type MappingForm, mappingsOf } from '../../src/cluster/mappings.ts';
import { eventMembers } from '../../src/formats/log-event.ts';
import { GOLDENS } from '../kernel/golden-files.ts';

interface Definition {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Definition>>;
}

/** Definitions by path. */
function leaves(properties: Readonly<Record<string, Definition>>, prefix = ''): [string, Definition][] {
  return Object.entries(properties).flatMap(([key, definition]) =>
    definition.properties === undefined
      ? [[prefix + key, definition] as [string, Definition]]
      : leaves(definition.properties, `${prefix}${key}.`),
  );
}

const definitions = (form: MappingForm) =>
  new Map(leaves(mappingsOf(form)['properties'] as Record<string, Definition>));

const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  ip: (value) => isIP(value as string) !== 0,
  long: (value) => Number.isInteger(value),
  date: (value) => new Date(value as string).toISOString() === value,
  geo_point: (value) => Object.keys(value as object).join() === 'lat,lon',
};

/** Values of a document by path; an array's each. */
function values(value: unknown, path = ''): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((one) => values(one, path));
  if (typeof value !== 'object' || value === null || path.endsWith('.geo.location')) return [[path, value]];
  return Object.entries(value).flatMap(([key, one]) => values(one, path === '' ? key : `${path}.${key}`));
}

test('every value of the goldens has a type that takes it, and only unknown columns have none of their own', () => {
  const types = definitions('standard');
  const unknown = new Set<string>();
  const used = new Set<string>();
  for (const { name, documents } of GOLDENS) {
    for (const line of documents.toString().trim().split('\n')) {
      for (const [path, value] of values(JSON.parse(line))) {
        const { type = '' } = types.get(path) ?? {};
        if (type === '') unknown.add(path);
        else assert.ok(FITS[type]?.(value), `${name}: ${path} is ${type}, and the value ${value}`);
        used.add(path);
      }
    }
  }
  assert.ok(used.size > 80, `${used.size} paths`);
  for (const path of unknown) assert.match(path, /^aws\.vpcflow\./);
});

test('every value that documents say of an event has a type that takes it, and lean mappings find its group', () => {
  const event = { id: '1', stream: 's', timestampMs: 1, ingestionMs: 1, message: '' };
  for (const [path, value] of eventMembers('g', event)) {
    const { type = '' } = definitions('standard').get(path) ?? {};
    assert.ok(FITS[type]?.(value), `${path} is ${type}, and the value ${value}`);
  }
  assert.equal(definitions('lean').get('aws.cloudwatch.log_group')?.type, 'keyword');
});

test('only types that both products have in their smallest editions', () => {
  for (const [path, { type = '' }] of definitions('standard')) assert.ok(type in FITS, `${path}: ${type}`);
});

test('the lean form is a part of the standard one, and of a value at two paths it has one', () => {
  const [standard, lean] = [definitions('standard'), definitions('lean')];
  assert.deepEqual(lean.get('labels'), { type: 'object', dynamic: true });
  lean.delete('labels');
  for (const [path, definition] of lean) assert.deepEqual(definition, standard.get(path), path);
  assert.ok(lean.size < standard.size / 3, `${lean.size} of ${standard.size}`);
  for (const path of [
    'network.bytes',
    'source.address',
    'related.ip',
    'aws.vpcflow.account_id',
    'aws.vpcflow.action',
  ]) {
    assert.ok(standard.has(path) && !lean.has(path), path);
  }
  assert.equal(mappingsOf('lean')['dynamic'], false);
  assert.equal('dynamic' in mappingsOf('standard'), false);
});

test('every object can be counted by its path: indexed in both forms, however long', () => {
  for (const form of ['standard', 'lean'] as const) {
    assert.deepEqual(definitions(form).get('log.file.path'), { type: 'keyword' });
  }
});

test('the line itself is kept and not indexed', () => {
  const original = { type: 'keyword', index: false, doc_values: false };
  assert.deepEqual(definitions('standard').get('event.original'), original);
});
