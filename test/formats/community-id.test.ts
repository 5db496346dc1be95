import assert from 'node:assert/strict';
import { test } from 'node:test';
import { communityId } from '../../src/formats/community-id.ts';
import { parseAddress } from '../../src/geo/address.ts';

function end(text: string, port: number | null) {
  const parsed = parseAddress(text);
  assert.ok(parsed !== null, text);
  return { address: parsed.v4Mapped ? parsed.bytes.subarray(12) : parsed.bytes, port };
}

const id = (
  source: string,
  sourcePort: number | null,
  destination: string,
  destinationPort: number | null,
  protocol: number,
) => communityId(end(source, sourcePort), end(destination, destinationPort), protocol);

const A = '10.0.0.1';
const B = '10.0.0.2';
const A6 = '2001:db8::1';
const B6 = '2001:db8::2';

/** Of Elastic's own documents, and of its code run in a real Elasticsearch. */
const VECTORS: readonly (readonly [...Parameters<typeof id>, string])[] = [
  [A, 443, B, 51000, 6, '1:rZiCv+5LFVPZFTUOP4NVNJc1sK8='],
  [B, 51000, A, 443, 6, '1:rZiCv+5LFVPZFTUOP4NVNJc1sK8='],
  [A, 0, B, 0, 1, '1:E5tNYkCqpM09ZPfoLcq+JJj0QuQ='],
  [B, 0, A, 0, 1, '1:YcMyyWJfhc95EW1GfXt6jlZ3DiQ='],
  [A6, 0, B6, 0, 58, '1:TjV1jRMZRuGvo5LTQFpWQvkb68U='],
  [B6, 0, A6, 0, 58, '1:Z6xGETZ/TcOPCYO1U6q1xond9TU='],
  [A, 0, B, 0, 47, '1:+KlEHDT0vJgzs/eNmzHq0aSpRYw='],
  [A, 0, B, 0, 50, '1:dX+1pd7Z9Y9hJE/IuQlfvK7bxuA='],
  [A, 1000, B, 2000, 132, '1:ScBwhdL4owGT35uyQJhgWYK4sp0='],
  [A, 2000, A, 1000, 6, '1:nxwYq30oipX1dGVDLt7tz75Hofc='],
  [A, 53, A6, 5353, 17, '1:WtoMMYswVsAkcMNXOA6s7EhacGk='],
];

test('the vectors', () => {
  for (const [source, sourcePort, destination, destinationPort, protocol, expected] of VECTORS) {
    assert.equal(id(source, sourcePort, destination, destinationPort, protocol), expected, `${source} ${protocol}`);
  }
});

test('directions have one id, but for ICMP', () => {
  for (const protocol of [0, 2, 6, 17, 41, 47, 50, 89, 132, 254]) {
    for (const [source, destination] of [
      [A, B],
      [A6, B6],
      [A, A6],
      [A, A],
    ] as const) {
      assert.equal(id(source, 1, destination, 2, protocol), id(destination, 2, source, 1, protocol), String(protocol));
    }
  }
  for (const protocol of [1, 58]) assert.notEqual(id(A, 0, B, 0, protocol), id(B, 0, A, 0, protocol));
});

test('TCP, UDP and SCTP need a port on both sides', () => {
  for (const protocol of [6, 17, 132]) {
    for (const [a, b] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [null, 1],
      [1, null],
    ] as const) {
      assert.equal(id(A, a, B, b, protocol), null);
    }
    assert.notEqual(id(A, 1, B, 65_535, protocol), null);
  }
});

test('other protocols do not look at ports, and 255 has no id', () => {
  for (const protocol of [0, 1, 2, 47, 50, 58, 254]) {
    assert.equal(id(A, 5, B, 6, protocol), id(A, null, B, null, protocol));
    assert.notEqual(id(A, 0, B, 0, protocol), null);
  }
  assert.equal(id(A, 1, B, 2, 255), null);
});

test('addresses count by value, mapped ones as IPv4', () => {
  assert.equal(id(`::ffff:${A}`, 443, '::FFFF:a00:2', 51000, 6), VECTORS[0]?.[5]);
  assert.equal(id('2001:DB8:0:0:0:0:0:1', 0, B6, 0, 58), VECTORS[4]?.[5]);
  // 4 and 16 bytes are compared as numbers: ::1 is lower than 10.0.0.1.
  assert.equal(id('::1', 7, A, 9, 17), id(A, 9, '::1', 7, 17));
});
