import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/generate/prng.ts';
import type { PlaceTotals } from '../../src/ledger/ledger.ts';
import { placeOf } from '../../src/ledger/place.ts';
import { noTotals } from '../../src/ledger/totals.ts';
import { parseKey } from '../../src/plan/keys.ts';
import { countedPlaces, expectedOf, isSelected, ownCount, pathsToCount } from '../../src/verify/counted-place.ts';

const BASE = 'https://logs.s3.eu-west-1.amazonaws.com/';

/** As the ledger would have them: documents by key. */
function placesOf(objects: ReadonlyMap<string, number>): PlaceTotals[] {
  return [...objects].map(([key, created]) => {
    const day = parseKey(key).day ?? 0;
    return { ...noTotals(), ...placeOf(key, day), day, created };
  });
}

/** What a cluster counts. */
function counter(objects: ReadonlyMap<string, number>) {
  return (path: string) =>
    [...objects].reduce((sum, [key, count]) => sum + (`${BASE}${key}`.startsWith(path) ? count : 0), 0);
}

function check(objects: ReadonlyMap<string, number>): void {
  const places = countedPlaces(placesOf(objects), BASE);
  const count = counter(objects);
  const counts = new Map(pathsToCount(places).map((path) => [path, count(path)]));
  for (const place of places) assert.equal(ownCount(place, counts), expectedOf(place.totals), place.path);
}

test('each document counts for one place, however places lie in each other', () => {
  check(
    new Map([
      ['x.log', 1],
      ['AWSLogs/x.log', 2],
      ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/01/a', 4],
      ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/01/05/a', 8],
      ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/a', 16],
      ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/01/b/2025/01/02/a', 32],
      ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/02/a', 64],
      ['AWSLogs-old/x.log', 128],
    ]),
  );
});

test('so it is for keys of any folders', () => {
  const prng = new Prng(7, 0);
  const parts = ['a', 'b', '2025', '01', '02', 'AWSLogs', '123456789012', 'vpcflowlogs', 'eu-west-1'];
  for (let round = 0; round < 200; round++) {
    const objects = new Map<string, number>();
    for (let i = 0; i < 12; i++) {
      const folders = Array.from({ length: prng.between(0, 8) }, () => `${parts[prng.between(0, parts.length - 1)]}/`);
      objects.set(`${folders.join('')}${i}.log`, prng.between(1, 1000));
    }
    check(objects);
  }
});

test('a selection takes places by day, account and region', () => {
  const places = countedPlaces(
    placesOf(
      new Map([
        ['AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/01/a', 1],
        ['AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/01/02/a', 1],
        ['x.log', 1],
      ]),
    ),
    BASE,
  );
  const chosen = (selection: Parameters<typeof isSelected>[1]) =>
    places.filter((place) => isSelected(place, selection)).map(({ path }) => path.slice(-11));
  assert.equal(chosen({}).length, 3);
  assert.deepEqual(chosen({ fromDay: 20_090 }), ['2025/01/02/']);
  assert.deepEqual(chosen({ regions: ['eu-west-1'] }), ['2025/01/01/']);
  assert.deepEqual(chosen({ accounts: ['999999999999'] }), []);
});
