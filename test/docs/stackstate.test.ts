/** The worked example of docs/stackstate.md: its tables are what the program makes of its records. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { flowbulk, temporaryFolder } from '../run/program.ts';

const folder = temporaryFolder();

function page(): string {
  let above = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(above, 'docs', 'stackstate.md'))) above = path.dirname(above);
  return readFileSync(path.join(above, 'docs', 'stackstate.md'), 'utf8');
}

const text = page();
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);

/** Tables that begin with these columns, as lists of cells. */
function tables(columns: readonly string[]): readonly (readonly string[][])[] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (cells(line).join() !== columns.join()) return [];
    const end = lines.findIndex((one, i) => i > at && !one.startsWith('|'));
    return [lines.slice(at + 2, end).map(cells)];
  });
}

test('both tables are what the program gives', async () => {
  const [log = ''] = blocks('text');
  const [interfaces = '', policy = ''] = blocks('json');
  writeFileSync(path.join(folder, 'flow.log'), log);
  writeFileSync(path.join(folder, 'interfaces.json'), interfaces);
  assert.equal(JSON.parse(policy).Statement.length, 3);
  const columns = [
    'id',
    'logged_by',
    'bytes_sent',
    'bytes_received',
    'bytes_sent_per_second',
    'bytes_received_per_second',
  ];
  const [ours, original, ...others] = tables(columns);
  assert.deepEqual(others, []);
  for (const [table, more] of [
    [ours, []],
    [original, ['--compatible']],
  ] as const) {
    const asked = ['topology', 'flow.log', '--interfaces', 'interfaces.json', '--as', 'csv', ...more];
    const { code, stdout, stderr } = await flowbulk(folder, asked);
    assert.equal(code, 0, stderr);
    const [header = '', ...rows] = stdout.trimEnd().split('\r\n');
    const names = header.split(',');
    const found = rows.map((row) => columns.map((column) => row.split(',')[names.indexOf(column)]));
    assert.deepEqual(table, found);
  }
});
