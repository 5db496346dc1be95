import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowbulkError } from '../../../src/errors.ts';
import { parseExpression } from '../../../src/formats/filter/expression.ts';
import { MAX_EXPRESSION_CHARACTERS } from '../../../src/formats/filter/tokens.ts';

const number = (field: string, low: bigint, high = low) => ({ kind: 'number', field, ranges: [{ low, high }] });
const text = (field: string, ...words: string[]) => ({ kind: 'text', field, words });
const missing = (field: string) => ({ kind: 'missing', field });
const not = (of: object) => ({ kind: 'not', of });
const all = (...of: object[]) => ({ kind: 'all', of });
const any = (...of: object[]) => ({ kind: 'any', of });
const parse = (expression: string) => parseExpression(expression).test;

/** The message for an expression, and where its arrow points: as many characters before it as before the word. */
function problem(expression: string): { readonly message: string; readonly column: number } {
  try {
    parse(expression);
  } catch (error) {
    assert.ok(error instanceof FlowbulkError && error.code === 'E_USAGE', String(error));
    const [first = '', shown = '', arrow = ''] = error.message.split('\n');
    const [, column = '', message = ''] = /^--where, column (\d+): (.*)$/.exec(first) ?? [];
    if (expression.length < 60) {
      assert.equal(shown, `  ${expression.replaceAll('\t', ' ')}`);
      assert.equal(arrow.indexOf('^') - 2, Number(column) - 1);
    }
    return { message, column: Number(column) };
  }
  return assert.fail(`${expression} was taken`);
}

test('the expression of the documentation', () => {
  const { test, text: written } = parseExpression(
    '  action=REJECT and dstport in(22,3389 )and srcaddr   not in 10.0.0.0/8 ',
  );
  const network = { kind: 'address', field: 'srcaddr', v4: [{ low: 0x0a000000n, high: 0x0affffffn }], v6: [] };
  const ports = [
    { low: 22n, high: 22n },
    { low: 3389n, high: 3389n },
  ];
  assert.deepEqual(
    test,
    all(
      text('action', 'REJECT'),
      { kind: 'number', field: 'dstport', ranges: ports },
      all(not(missing('srcaddr')), not(network)),
    ),
  );
  assert.equal(written, 'action = REJECT and dstport in (22, 3389) and srcaddr not in 10.0.0.0/8');
  assert.deepEqual(parse(written), test);
});

test('not binds closest, then and, then or; keywords are in any case, names have - or _', () => {
  const [a, b, c] = [number('packets', 1n), number('bytes', 2n), number('tcp-flags', 2n)];
  assert.deepEqual(parse('packets=1 or bytes=2 and tcp_flags=2'), any(a, all(b, c)));
  assert.deepEqual(parse('(packets=1 OR bytes=2) And TCP-flags=2'), all(any(a, b), c));
  assert.deepEqual(parse('not packets=1 and Not not bytes=2'), all(not(a), not(not(b))));
  assert.deepEqual(parse('not (packets=1 and bytes=2)'), not(all(a, b)));
  assert.deepEqual(parse('((packets = 1))'), a);
  assert.deepEqual(parse('pkt-src-service = S3'), text('pkt-src-aws-service', 'S3'));
});

test('numbers: comparisons are ranges, which are merged; units and underscores', () => {
  const max = 9_223_372_036_854_775_807n;
  assert.deepEqual(parse('bytes < 10'), number('bytes', 0n, 9n));
  assert.deepEqual(parse('bytes <= 1_000'), number('bytes', 0n, 1000n));
  assert.deepEqual(parse('bytes > 10M'), number('bytes', 10_000_001n, max));
  assert.deepEqual(parse('bytes >= 2g'), number('bytes', 2_000_000_000n, max));
  assert.deepEqual(parse('bytes in (3, 1, 2, 7, 7)'), {
    kind: 'number',
    field: 'bytes',
    ranges: [
      { low: 1n, high: 3n },
      { low: 7n, high: 7n },
    ],
  });
  assert.deepEqual(parse('dstport != 22'), all(not(missing('dstport')), not(number('dstport', 22n))));
  assert.deepEqual(parse('dstport < 0'), { kind: 'number', field: 'dstport', ranges: [] });
});

test('protocols by name, times as dates, both as numbers, too', () => {
  assert.deepEqual(parse('protocol = tcp'), number('protocol', 6n));
  assert.deepEqual(parse('protocol = UDP'), number('protocol', 17n));
  assert.deepEqual(parse('protocol in (icmp, ipv6-icmp, 58)'), parse('protocol in (1, icmpv6)'));
  const day = BigInt(Date.UTC(2025, 0, 31) / 1000);
  assert.deepEqual(parse('start = 2025-01-31'), number('start', day));
  assert.deepEqual(parse('end = 2025-01-31T10:15'), number('end', day + 36_900n));
  assert.deepEqual(parse('end = 2025-01-31T10:15:30Z'), number('end', day + 36_930n));
  assert.deepEqual(parse('end = 1738281600'), number('end', day));
});

test('addresses and networks; IPv4-mapped ones are IPv4', () => {
  const v4 = (low: bigint, high = low) => ({ kind: 'address', field: 'srcaddr', v4: [{ low, high }], v6: [] });
  assert.deepEqual(parse('srcaddr = 10.0.0.1'), v4(0x0a000001n));
  assert.deepEqual(parse('srcaddr = ::ffff:10.0.0.1'), v4(0x0a000001n));
  assert.deepEqual(parse('srcaddr in ::ffff:10.0.0.0/104'), v4(0x0a000000n, 0x0affffffn));
  assert.deepEqual(parse('srcaddr in (10.0.0.0/9, 10.128.0.0/9, 10.1.2.3)'), v4(0x0a000000n, 0x0affffffn));
  assert.deepEqual(parse('srcaddr in 0.0.0.0/0'), v4(0n, 0xffffffffn));
  const low = 0x20010db8n << 96n;
  assert.deepEqual(parse('dstaddr in 2001:db8::/32'), {
    kind: 'address',
    field: 'dstaddr',
    v4: [],
    v6: [{ low, high: low + (1n << 96n) - 1n }],
  });
});

test('texts, with quotes where they hold marks; - is no value', () => {
  assert.deepEqual(parse("instance-tag = 'a (b) = c'"), text('instance-tag', 'a (b) = c'));
  assert.deepEqual(parse('az-id = "and"'), text('az-id', 'and'));
  assert.deepEqual(
    parse('ecs-task-arn = arn:aws:ecs:us-east-1:1:task/a'),
    text('ecs-task-arn', 'arn:aws:ecs:us-east-1:1:task/a'),
  );
  assert.deepEqual(parse('type in (IPv4, IPv6, IPv4)'), text('type', 'IPv4', 'IPv6'));
  assert.deepEqual(parse('instance-id = -'), missing('instance-id'));
  assert.deepEqual(parse('instance-id!=-'), not(missing('instance-id')));
  assert.deepEqual(parse("instance-id = '-'"), text('instance-id', '-'));
});

test('errors point at the column, say what is wanted and suggest names', () => {
  const cases: readonly (readonly [expression: string, column: number, message: RegExp])[] = [
    ['', 1, /a field is wanted/],
    ['   ', 1, /a field is wanted/],
    ['dstprt = 22', 1, /no field dstprt \(did you mean dstport\?\)/],
    ['packets = 1 and source_address = 1', 17, /no field source_address/],
    ['dstport', 8, /dstport wants one of = != < <= > >= in after it/],
    ['dstport 22', 9, /dstport wants one of/],
    ['dstport = ', 10, /a value is wanted/],
    ['dstport == 22', 10, /a value is wanted, not "="/],
    ['dstport = 22 dstport = 23', 14, /and or or is wanted before "dstport"/],
    ['dstport = 22 &', 14, /and or or is wanted before "&"/],
    ['dstport = http', 11, /"http" is no number/],
    ['dstport in (22, x, 25)', 17, /"x" is no number/],
    ['dstport in (22 25)', 16, /, or \) is wanted before "25"/],
    ['dstport in (22, 25', 19, /, or \) is wanted/],
    ['dstport in ()', 13, /a value is wanted, not "\)"/],
    ['dstport not = 22', 13, /in is wanted after not/],
    ['dstport in (22, -)', 17, /means no value, which goes with = and != alone/],
    ['bytes < -', 9, /means no value/],
    ['(dstport = 22', 1, /this \( is not closed/],
    ['dstport = 22)', 13, /no \( is open/],
    ['(dstport = 22 packets = 1)', 15, /and, or or \) is wanted/],
    ['not', 4, /a field is wanted/],
    ['and = 1', 1, /a field is wanted, such as dstport, not "and"/],
    ['az-id = not', 9, /quote it if it is 'not'/],
    ["az-id = 'x", 9, /the quote ' is not closed/],
    ['az-id ! x', 7, /no '!'/],
    ['az-id < x', 7, /az-id is a text/],
    ['srcaddr >= 10.0.0.1', 9, /srcaddr is an address/],
    ['srcaddr = 10.0.0.0/8', 11, /is a network: say srcaddr in 10.0.0.0\/8/],
    ['srcaddr != 10.0.0.0/8', 12, /say srcaddr not in/],
    ['srcaddr in 10.0.0.1/8', 12, /bits set beyond its \/8/],
    ['srcaddr in 10.0.0.0/33', 12, /no prefix from 0 to 32/],
    ['srcaddr in (10.0.0.0/8, 10.0.0)', 25, /"10.0.0" is no address/],
    ['protocol = tpc', 12, /"tpc" is no protocol/],
    ['start > 2025-02-30', 9, /"2025-02-30" is no time/],
    ['bytes > 9223372036854775808', 9, /is no number/],
    ['action = reject', 10, /did you mean REJECT\?/],
    [`${'packets = 1 and '.repeat(50)}dstprt = 1`, 801, /no field dstprt/],
    ['('.repeat(200), 101, /more than 100/],
  ];
  for (const [expression, column, message] of cases) {
    const found = problem(expression);
    assert.match(found.message, message, expression);
    assert.equal(found.column, column, `${expression}: ${found.message}`);
  }
});

test('an expression that is too long is refused, one of thousands of terms is not', () => {
  const long = Array.from({ length: 4_500 }, (_, i) => `bytes=${i}`).join(' or ');
  assert.equal(parse(long).kind, 'any');
  assert.throws(() => parse(long.repeat(2)), /at most 65536/);
  assert.ok(long.length < MAX_EXPRESSION_CHARACTERS);
});
