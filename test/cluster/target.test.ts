import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTarget, parseTarget } from '../../src/cluster/target.ts';
import { FlowbulkError } from '../../src/errors.ts';

test('what is a cluster', () => {
  for (const text of ['http://a/x', 'https://a/x', 'HTTPS://a/x', 'elastic:///x', 'https://']) {
    assert.ok(isTarget(text), text);
  }
  for (const text of ['-', 'out/', './https', 's3://a/b', 'https:/a', 'file:///x', 'xhttp://a/b']) {
    assert.ok(!isTarget(text), text);
  }
});

const GOOD: readonly [string, readonly string[], string][] = [
  ['https://a:9200/logs-aws.vpcflow-default', ['https://a:9200'], 'logs-aws.vpcflow-default'],
  ['http://a/x', ['http://a'], 'x'],
  ['https://a:443/x', ['https://a'], 'x'],
  ['HTTPS://A.Example:9200/x', ['https://a.example:9200'], 'x'],
  ['https://[::1]:9200/x', ['https://[::1]:9200'], 'x'],
  ['https://a:9200/es/deep/x', ['https://a:9200/es/deep'], 'x'],
  ['https://a:9200,b:9201/x', ['https://a:9200', 'https://b:9201'], 'x'],
  ['https://a:9200,https://b:9201/x', ['https://a:9200', 'https://b:9201'], 'x'],
  ['https://a:9200,http://b:9201/x', ['https://a:9200', 'http://b:9201'], 'x'],
  ['https://a,b,a/x', ['https://a', 'https://b'], 'x'],
  ['https://a,b/es/x', ['https://a/es', 'https://b/es'], 'x'],
  ['https://a/one,https://b/two/x', ['https://a/one', 'https://b/two'], 'x'],
  ['https://a/es/x,https://b/es/x', ['https://a/es', 'https://b/es'], 'x'],
  ['https://a/vpcflow-{yyyy.MM}', ['https://a'], 'vpcflow-{yyyy.MM}'],
  ['https://a/vpcflow-{yyyy/MM/dd}', ['https://a'], 'vpcflow-{yyyy/MM/dd}'],
  ['https://a,b/p/v-{yyyy.MM,dd}-x', ['https://a/p', 'https://b/p'], 'v-{yyyy.MM,dd}-x'],
  ['https://a/.hidden', ['https://a'], '.hidden'],
  ['https://a/fluß-日本', ['https://a'], 'fluß-日本'],
];

for (const [text, hosts, name] of GOOD) {
  test(`${text} is understood`, () => assert.deepEqual(parseTarget(text), { hosts, name }));
}

const BAD: readonly [string, RegExp][] = [
  ['https://a:9200', /no NAME.*9200/],
  ['https://a:9200/', /no NAME/],
  ['https://a,b', /no NAME/],
  ['https://a/x/', /no NAME/],
  ['https:///x', /a host that is none/],
  ['https://a:99999/x', /a host that is none/],
  ['https://a,/x', /a host that is none/],
  ['https://a b/x', /a host that is none/],
  ['ftp://a/x', /is no cluster/],
  ['a/x', /is no cluster/],
  ['https://a/x?pretty', /takes no \?/],
  ['https://a/x#y', /takes no \?/],
  ['https://a/lo*gs', /\* is not allowed/],
  ['https://a/lo gs', /a blank is not allowed/],
  ['https://a/lo"gs', /" is not allowed/],
  ["https://a/lo'gs", /' is not allowed/],
  ['https://a/lo\\gs', /\\ is not allowed/],
  ['https://a/x:y', /: is not allowed/],
  ['https://a/<x-{now/d}>', /< is not allowed/],
  ['https://a/x-{yyyy', /\{ is not allowed/],
  ['https://a/Logs-{yyyy.MM}-X', /as in "logs-\{yyyy\.MM\}-x"/],
  ['https://a/_bulk', /may not begin with _/],
  ['https://a/-x', /may not begin with -/],
  ['https://a/+x', /may not begin with \+/],
  ['https://a/.ds-logs-2026.01.01-000001', /name the data stream/],
  ['https://a/.fs-logs-2026.01.01-000001', /name the data stream/],
  ['https://a/..', /not \. or \.\./],
  [`https://a/${'x'.repeat(256)}`, /1 to 255 bytes/],
  ['elastic://a/x', /three slashes/],
  ['elastic:///x', /needs --cloud-id/],
];

for (const [text, message] of BAD) {
  test(`${text.slice(0, 50)} is refused`, () => {
    assert.throws(() => parseTarget(text), { code: 'E_USAGE', message });
  });
}

test('a password in a URL is refused and not repeated', () => {
  const texts = [
    'https://elastic:hunter2@a:9200/x',
    'https://a:9200,elastic:hunter2@b:9200/x',
    'https://elastic:hunter2/y@a:9200/x',
    'https://elastic:hunter2?y@a:9200/x',
    'https://elastic:hunter2#,y@a:9200/x',
    'ftp://elastic:hunter2@a/x',
    'elastic://elastic:hunter2@/x',
  ];
  for (const text of texts) {
    assert.throws(
      () => parseTarget(text),
      (error: FlowbulkError) => {
        assert.equal(error.code, 'E_USAGE');
        assert.match(error.message, /seen in process lists: use --user and --password-file/);
        assert.doesNotMatch(JSON.stringify(error.toWire()), /hunter2/);
        return error instanceof FlowbulkError;
      },
    );
  }
});

function cloudId(label: string, words: string): string {
  return `${label}${Buffer.from(words).toString('base64')}`;
}

test('cloud ids', () => {
  const hosts = (id: string) => parseTarget('elastic:///logs-x', id).hosts;
  assert.deepEqual(hosts(cloudId('prod:', 'eu-west-1.aws.found.io$abc123$def456')), [
    'https://abc123.eu-west-1.aws.found.io',
  ]);
  assert.deepEqual(hosts(cloudId('pr:od:', 'found.io:9243$abc$def')), ['https://abc.found.io:9243']);
  assert.deepEqual(hosts(cloudId('prod:', 'found.io:9243$abc:9244$def')), ['https://abc.found.io:9244']);
  assert.deepEqual(hosts(cloudId('', 'found.io:443$abc')), ['https://abc.found.io']);
  assert.equal(parseTarget('elastic:///logs-x', cloudId('a:', 'found.io$abc$')).name, 'logs-x');
  for (const id of ['prod:', 'prod', cloudId('a:', 'found.io'), cloudId('a:', 'a/b$c'), cloudId('a:', 'a:99999$c')]) {
    assert.throws(() => hosts(id), { code: 'E_USAGE', message: /--cloud-id/ }, id);
  }
  assert.throws(() => parseTarget('elastic:///', cloudId('a:', 'found.io$abc$')), { message: /no NAME/ });
});
