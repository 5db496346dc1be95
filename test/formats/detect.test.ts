import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectColumns, parseFormat } from '../../src/formats/detect.ts';
import { LAYOUTS, type LayoutName } from '../../src/formats/layouts.ts';
import { generatedObject } from '../kernel/generated.ts';

const columnsOf = (line: string, format: string | null = null) =>
  detectColumns(line.split(' '), format === null ? null : parseFormat(format))?.fields.map(
    (field) => field?.name ?? null,
  );

const FLOW =
  '2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
const NODATA = '2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA';

test('every layout is found by its lines, those without data too', () => {
  for (const [name, columns] of Object.entries(LAYOUTS)) {
    const lines = generatedObject(columns, 400, 1).toString().trim().split('\n').slice(1);
    assert.equal(lines[0]?.split(' ').length, columns.length);
    for (const line of lines) {
      // Six dashes and more say nothing: AWS writes no such line.
      if (line.split(' ').some((token) => token !== '-'))
        assert.deepEqual(columnsOf(line), columns, `${name}: ${line}`);
    }
    assert.ok(lines.some((line) => line.includes(' - ')));
  }
});

test('21 tokens are AWS’s version 3 or Elastic’s example, by their shape', () => {
  const ids = 'vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456';
  const aws = `3 123456789010 eni-1235b8ca123456789 52.213.180.42 10.0.0.62 43416 5001 6 8 568 1566848875 1566848933 ACCEPT OK ${ids} 2 IPv4 52.213.180.42 10.0.0.62`;
  const elastic = `3 ${ids} eni-1235b8ca123456789 123456789010 IPv4 52.213.180.42 10.0.0.62 43416 5001 52.213.180.42 10.0.0.62 6 568 8 1566848875 1566848933 ACCEPT 2 OK`;
  assert.deepEqual(columnsOf(aws), LAYOUTS.v3);
  assert.deepEqual(columnsOf(elastic), LAYOUTS.flags21);
});

test('a time of a CloudWatch export before the record is read over', () => {
  for (const time of ['2024-05-01T10:00:00.000Z', '2024-05-01T10:00:00Z']) {
    assert.deepEqual(columnsOf(`${time} ${FLOW}`), [null, ...LAYOUTS.v2]);
    assert.deepEqual(columnsOf(`${time} ${NODATA}`), [null, ...LAYOUTS.v2]);
    assert.deepEqual(columnsOf(`${time} a b`, 'srcaddr dstaddr'), [null, 'srcaddr', 'dstaddr']);
  }
  assert.equal(columnsOf('2024-05-01T10:00:00.000Z'), undefined);
});

test('other counts, and values that no column takes, fit nothing', () => {
  for (const line of [
    '',
    'hello',
    FLOW.replace(' OK', ''),
    `${FLOW} more`,
    FLOW.replace('eni-', 'ine-'),
    FLOW.replace('172.31.16.139', 'host'),
  ]) {
    assert.equal(columnsOf(line), undefined, line);
  }
  for (const wrong of ['20641x', '-1', '0x1F', '1.5'])
    assert.equal(columnsOf(FLOW.replace('20641', wrong)), undefined, wrong);
  assert.equal(columnsOf(FLOW.replace('123456789010', '12345')), undefined);
  assert.equal(columnsOf(FLOW.replace(' OK', ' FINE')), undefined);
});

test('account `unknown` and IPv6 fit', () => {
  assert.deepEqual(columnsOf(FLOW.replace('123456789010', 'unknown')), LAYOUTS.v2);
  assert.deepEqual(columnsOf(FLOW.replaceAll(/172\S+/g, '2001:db8::1')), LAYOUTS.v2);
});

test('a format that is given needs no shape', () => {
  assert.deepEqual(columnsOf(FLOW, 'nat'), LAYOUTS.nat);
});

test('--format takes layouts, names, and what AWS shows', () => {
  for (const name of Object.keys(LAYOUTS) as LayoutName[]) {
    assert.deepEqual(
      parseFormat(name).fields.map((field) => field?.name),
      LAYOUTS[name],
    );
  }
  const names = (text: string) => parseFormat(text).fields.map((field) => field?.name);
  const wanted = ['version', 'srcaddr', 'team-name'];
  for (const text of [
    'version srcaddr team-name',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as AWS writes formats
    '${version} ${srcaddr} ${team-name}',
    ' version,srcaddr, team_name ',
  ]) {
    assert.deepEqual(names(text), wanted, text);
  }
  for (const text of ['v99', '', 'one two', 'version srcaddr version', 'version Bytes', '__proto__', 'constructor']) {
    assert.throws(() => parseFormat(text), { code: 'E_USAGE' }, text);
  }
});
