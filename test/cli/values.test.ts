import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTIONS, type OptionSpec } from '../../src/cli/options.ts';
import { readValue } from '../../src/cli/values.ts';
import { nearest } from '../../src/suggest.ts';

const spec = (kind: OptionSpec['kind'], more: Partial<OptionSpec> = {}): OptionSpec => ({
  kind,
  group: 'run',
  help: '',
  ...more,
});

/** Texts that are read, and what becomes of them. */
const READ: readonly (readonly [OptionSpec, readonly string[], unknown])[] = [
  [spec('bytes'), ['8MiB'], 8 * 2 ** 20],
  [spec('bytes'), ['10MB'], 10_000_000],
  [spec('bytes'), ['1.5 KiB'], 1536],
  [spec('bytes'), ['1048576'], 2 ** 20],
  [spec('count'), ['2M'], 2_000_000],
  [spec('count'), ['2_000_000'], 2_000_000],
  [spec('count'), ['1', '7'], 7],
  [spec('list'), ['a,b', ' c ,'], ['a', 'b', 'c']],
  [spec('texts'), ['{a,b}.gz', 'c'], ['{a,b}.gz', 'c']],
  [spec('flag'), ['off'], false],
  [spec('flag'), ['TRUE'], true],
  [spec('date'), ['2025-01-31'], '2025-01-31'],
  [spec('age'), ['90d'], '90d'],
  [spec('url'), ['http://localhost:9000'], 'http://localhost:9000'],
  [OPTIONS.accounts, ['123456789012,210987654321'], ['123456789012', '210987654321']],
  [OPTIONS.regions, ['us-gov-west-1'], ['us-gov-west-1']],
];

for (const [of, texts, value] of READ) {
  test(`${of.kind} ${texts.join(' ')} is read`, () => assert.deepEqual(readValue(of, '--x', texts), value));
}

/** Texts that are refused. */
const REFUSED: readonly (readonly [OptionSpec, string])[] = [
  [spec('bytes'), '0'],
  [spec('bytes'), '8MiBs'],
  [spec('bytes'), '1.0001KiB'],
  [spec('count'), '1.5'],
  [spec('count'), '99999999999999999999'],
  [spec('date'), '2025-13-01'],
  [spec('age'), '90'],
  [spec('url'), 'localhost:9000'],
  [spec('flag'), 'perhaps'],
  [spec('path'), ''],
  [OPTIONS.accounts, '12345'],
  [OPTIONS['role-arn'], 'my-role'],
  [OPTIONS.namespace, 'a-b'],
];

for (const [of, text] of REFUSED) {
  test(`${of.kind} '${text}' is refused by name`, () => {
    assert.throws(() => readValue(of, '--x', [text]), { code: 'E_USAGE', message: /^--(x|since) / });
  });
}

test('suggestions are near, or there is none', () => {
  assert.equal(nearest('recrods', ['records', 'objects']), 'records');
  assert.equal(nearest('comp', ['completion', 'convert']), 'completion');
  assert.equal(nearest('zzz', ['completion', 'convert']), undefined);
});
