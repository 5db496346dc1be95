/** The line of `_bulk` before a document: its operation, its index, its id. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFormat } from '../../src/formats/detect.ts';
import type { DocumentOptions, ObjectContext } from '../../src/formats/document.ts';
import { type IndexName, parseIndexName } from '../../src/formats/index-name.ts';
import { FilterTables } from '../../workers/filter-code.ts';
import { PROGRAM_FIXED_BYTES } from '../../workers/kernel/layout.ts';
import { compileProgram, VariantTables } from '../../workers/program.ts';
import { Both, IN_S3, LOCAL } from './both.ts';

/** Times at the borders of days, months and years; the kernel takes them all. */
const BORDERS = ['1970-01-01', '1999-12-31', '2000-02-29', '2024-02-29', '2024-03-01', '2025-01-01', '2105-12-31']
  .flatMap((day) => [Date.parse(day) / 1000, Date.parse(day) / 1000 + 86_399])
  .filter((seconds) => seconds < 1e8 || seconds >= 1e9);

/** Pairs of action line and document. */
function pairs(documents: Buffer): (readonly [action: string, document: { '@timestamp': string }])[] {
  const lines = documents.toString().split('\n').slice(0, -1);
  return lines.flatMap((line, i) => (i % 2 === 0 ? [[line, JSON.parse(lines[i + 1]!)] as const] : []));
}

/** Converts by both encoders; all lines but the header must be the kernel's own work. */
function convertInKernel(both: Both, lines: readonly string[], context: ObjectContext) {
  const object = `${lines.join('\n')}\n`;
  const { documents } = both.convert(object, context, [1, 65_536]);
  // Each pattern has its program by now, so that one call converts everything.
  both.viaKernel(Buffer.from(object), context, 65_536);
  assert.equal(both.kernel.documents, lines.length - 1, 'the kernel took every record');
  return pairs(documents);
}

test('operation, index and id, each where there is one', () => {
  const id = '"_id":"0123456789abcdef0123-000000000014"';
  const fixed = parseIndexName('logs-aws.vpcflow-default');
  const monthly = parseIndexName('vpcflow-{yyyy.MM}');
  const rows: readonly (readonly [DocumentOptions['op'], IndexName | null, ObjectContext, string])[] = [
    ['create', null, IN_S3, `{"create":{${id}}}`],
    ['create', null, LOCAL, '{"create":{}}'],
    ['index', null, IN_S3, `{"index":{${id}}}`],
    ['index', null, LOCAL, '{"index":{}}'],
    ['create', fixed, IN_S3, `{"create":{"_index":"logs-aws.vpcflow-default",${id}}}`],
    ['index', fixed, LOCAL, '{"index":{"_index":"logs-aws.vpcflow-default"}}'],
    ['index', monthly, IN_S3, `{"index":{"_index":"vpcflow-2014.12",${id}}}`],
    ['create', monthly, LOCAL, '{"create":{"_index":"vpcflow-2014.12"}}'],
  ];
  for (const [op, index, context, action] of rows) {
    const both = new Both({ options: { as: 'bulk', op, index } });
    assert.equal(convertInKernel(both, ['srcaddr   end', '10.0.0.1 1418530070'], context)[0]?.[0], action);
  }
});

test('the index is that of `@timestamp`: of `end`, else of `start`, else of the object', () => {
  const names = ['a{yyyy}', 'a-{yyyy.MM}.b', 'a-{yyyyMMdd}', 'größe-{yyyy-MM-dd}'];
  for (const text of names) {
    const both = new Both({ options: { as: 'bulk', op: 'index', index: parseIndexName(text) } });
    for (const context of [IN_S3, LOCAL, { ...IN_S3, timeMs: Date.UTC(2031, 11, 31, 23, 59, 59, 999.9) }]) {
      const seen = new Set<string>();
      for (const columns of ['start srcaddr end', 'end srcaddr', 'srcaddr start', 'srcaddr bytes']) {
        const lines = BORDERS.map((seconds, i) => {
          const tokens = { start: String(BORDERS.at(-1 - i)), end: String(seconds), srcaddr: '10.0.0.1', bytes: '7' };
          return columns
            .split(' ')
            .map((name) => tokens[name as keyof typeof tokens])
            .join(' ');
        });
        const noEnd = lines.map((line) => (columns.endsWith(' end') ? line.replace(/\S+$/, '-') : line));
        const noTime = noEnd.map((line) => line.replace(/^\d+ /, '- '));
        for (const [action, document] of convertInKernel(both, [columns, ...lines, ...noEnd, ...noTime], context)) {
          const [year = '', month = '', day = ''] = document['@timestamp'].slice(0, 10).split('-');
          const index = text.replace(/[{}]/g, '').replace('yyyy', year).replace('MM', month).replace('dd', day);
          assert.equal((JSON.parse(action) as { index: { _index: string } }).index._index, index);
          seen.add(document['@timestamp']);
        }
      }
      assert.equal(seen.size, BORDERS.length + 1, 'all borders, and the time of the object');
    }
  }
});

test('times that the reference encoder reads have their index too', () => {
  const both = new Both({ options: { as: 'bulk', index: parseIndexName('a-{yyyy.MM.dd}') } });
  const { documents } = both.convert('srcaddr end\n10.0.0.1 253402300799\n10.0.0.1 4294967296\n10.0.0.1 123456789\n');
  assert.deepEqual(
    pairs(documents).map(([action]) => JSON.parse(action).create._index),
    ['a-9999.12.31', 'a-2106.02.07', 'a-1973.11.29'],
  );
});

test('a name that needs escapes stays JSON', () => {
  // No server takes it, and `parseIndexName` does not: but the encoders must not rely on that.
  const both = new Both({ options: { as: 'bulk', index: ['a"\\\u0001', { date: 'yyyy' }, '"\n'] } });
  const [pair] = convertInKernel(both, ['srcaddr end', '10.0.0.1 1418530070'], IN_S3);
  assert.equal(JSON.parse(pair![0]).create._index, 'a"\\\u00012014"\n');
});

test('what a document can need at most counts the index to the byte', () => {
  const columns = parseFormat('srcaddr start end');
  const most = (index: string | null, absent: number): number => {
    const options: Partial<DocumentOptions> = { as: 'bulk', index: index === null ? null : parseIndexName(index) };
    const both = new Both({ options });
    const { arena } = both.kernel;
    const context = {
      options: both.options,
      facts: { hasS3: true, hasRegion: true, hasId: true },
      bounds: { asBytes: 0, geoBytes: 0 },
      tables: new VariantTables(),
      filterTables: new FilterTables(),
    };
    const program = compileProgram(columns, (column) => column >= absent, context, arena);
    assert.ok(program !== null);
    return arena.words.getUint32(program + PROGRAM_FIXED_BYTES, true);
  };
  // All columns, no `end`, neither `start` nor `end`.
  for (const absent of [3, 2, 1]) {
    for (const name of ['abc', 'a{yyyy}', 'a{yyyy.MM}', 'a-{yyyyMMdd}', 'ü{yyyy.MM.dd}-b']) {
      const written = `"_index":"${name.replace(/[{}]/g, '')}",`;
      assert.equal(most(name, absent) - most(null, absent), Buffer.byteLength(written), name);
    }
  }
});
