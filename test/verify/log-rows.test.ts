import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaceTotals } from '../../src/ledger/ledger.ts';
import { noTotals } from '../../src/ledger/totals.ts';
import { logRows } from '../../src/verify/log-rows.ts';

const place = (folder: string, day: number, created: number): PlaceTotals => ({
  ...noTotals(),
  account: '-',
  region: '-',
  folder,
  form: 'yyyy/MM/dd/',
  day,
  created,
});

test('rows by group and day, those of one name in several accounts together', async () => {
  const places = [
    place('/vpc/b/', 20_001, 5),
    place('/vpc/a/', 20_001, 3),
    place('/vpc/a/', 20_000, 2),
    place('/vpc/a/', 20_003, 9),
  ];
  const { rows } = await logRows(places, false, { toDay: 20_002 }, null);
  assert.deepEqual(
    rows.map(({ group, days, expected }) => [group, days?.[0], expected]),
    [
      ['/vpc/a', 20_000, 2],
      ['/vpc/a', 20_001, 3],
      ['/vpc/b', 20_001, 5],
    ],
  );
  const linked = ['111111111111', '222222222222'].map((account) => place(`${account}//vpc/a/`, 20_000, 7));
  const together = await logRows(linked, true, {}, null);
  assert.deepEqual(
    together.rows.map(({ group, expected }) => [group, expected]),
    [['/vpc/a', 14]],
  );
});
