import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListRequests, priced } from '../../src/estimate/requests.ts';
import { parseDay } from '../../src/plan/dates.ts';
import { parseKey } from '../../src/plan/keys.ts';
import { objectOf } from '../../src/plan/lister.ts';
import { planned } from '../../src/plan/prefixes.ts';
import type { Selection } from '../../src/sources/source.ts';
import { MemoryLister, memoryObject } from '../plan/memory-lister.ts';
import { NEVER } from '../sources/read.ts';

/** Three accounts, two regions, 60 days, 5 objects a day each. */
const OBJECTS = ['111111111111', '222222222222', '333333333333'].flatMap((account) =>
  ['eu-west-1', 'us-east-1'].flatMap((region) =>
    Array.from({ length: 60 * 5 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 11, 5 + Math.floor(i / 5))).toISOString().slice(0, 10);
      return memoryObject(`AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/${i % 5}.log.gz`, 9);
    }),
  ),
);

async function counted(selection: Selection, direct: boolean): Promise<{ made: number; told: number }> {
  const lister = new MemoryLister(OBJECTS);
  const lists = new ListRequests();
  const options = { besides: 'flow-log-names', directDays: 31 } as const;
  for await (const listed of planned(lister, '', selection, options, NEVER)) lists.add(parseKey(objectOf(listed).key));
  return { made: lister.asked.length, told: lists.total(direct) };
}

test('LIST requests are told as the listing makes them, within a tenth', async () => {
  const days = { fromDay: parseDay('2025-01-01', ''), toDay: parseDay('2025-01-20', '') };
  for (const { made, told } of [await counted({}, false), await counted(days, true)]) {
    assert.ok(made > 100);
    assert.ok(Math.abs(told - made) <= made / 10, `${told} told, ${made} made`);
  }
});

test('every thousand keys of a folder are a page', () => {
  const lists = new ListRequests();
  const facts = parseKey('AWSLogs/111111111111/vpcflowlogs/eu-west-1/2025/01/31/x.log.gz');
  for (let i = 0; i < 2_001; i++) lists.add(facts);
  const pages = lists.total(true);
  const flat = new ListRequests();
  for (let i = 0; i < 2_001; i++) flat.add(parseKey(`${i}.log`));
  assert.equal(flat.total(false), 3);
  assert.equal(pages, 3 + 3);
  assert.equal(new ListRequests().total(false), 1);
});

test('the price is that of both kinds', () => {
  const prices = { list: 0.005, get: 0.0004, basis: '' };
  assert.equal(priced({ list: 2_000, get: 10_000 }, prices).price, 0.014);
});
