import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { run } from './run.ts';

test('docs/fields.md is what the command prints', async () => {
  const page = readFileSync(new URL('../../../docs/fields.md', import.meta.url), 'utf8');
  assert.equal((await run(['fields'])).stdout, page, 'make it anew: npm run docs');
});

test('the page has a row for each field', async () => {
  const { stdout } = await run(['fields']);
  for (const { name } of FIELDS) assert.match(stdout, new RegExp(`^\\| \`${name}\``, 'm'));
});

test('--json gives the whole table', async () => {
  const { stdout, code } = await run(['fields', '--json']);
  assert.equal(code, 0);
  const rows = JSON.parse(stdout) as { name: string; targets: string[]; since: { vpc: number | null } }[];
  assert.deepEqual(
    rows.map((row) => row.name),
    FIELDS.map((field) => field.name),
  );
  assert.deepEqual(rows.find((row) => row.name === 'bytes')?.targets, ['network.bytes', 'source.bytes']);
});
