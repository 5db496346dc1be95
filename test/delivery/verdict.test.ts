import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  blockedError,
  groupOf,
  type ItemVerdict,
  itemVerdict,
  plainReason,
  stopError,
  type WholeVerdict,
  wholeVerdict,
} from '../../src/delivery/verdict.ts';

const BLOCKED = 'index [logs] blocked by: [FORBIDDEN/8/index write (api)];';
const DISK_FULL =
  'index [logs] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];';
const NO_IDS = 'Document ID is not supported in create/index operation request';
const ONLY_CREATE = 'only write ops with an op_type of create are allowed in data streams';

const ITEMS: readonly [number, string | null, string | null, string | null, ItemVerdict][] = [
  [201, null, null, null, 'created'],
  [201, 'not_applicable_or_unknown', null, null, 'created'],
  [201, 'used', null, null, 'failure store'],
  [200, 'used', null, null, 'failure store'],
  [200, null, null, null, 'duplicate'],
  [409, null, 'version_conflict_engine_exception', null, 'duplicate'],
  [409, null, null, null, 'duplicate'],
  [409, null, 'some_other_exception', null, 'rejected'],
  [403, null, 'cluster_block_exception', BLOCKED, 'blocked'],
  [429, null, 'cluster_block_exception', DISK_FULL, 'blocked'],
  [403, null, 'index_create_block_exception', null, 'blocked'],
  [403, null, 'security_exception', 'action [indices:data/write/bulk[s]] is unauthorized', 'stop'],
  [404, null, 'index_not_found_exception', 'no such index [x]', 'stop'],
  [400, null, 'illegal_argument_exception', 'pipeline with id [geo] does not exist', 'stop'],
  [400, null, 'illegal_argument_exception', NO_IDS, 'stop'],
  [400, null, 'illegal_argument_exception', ONLY_CREATE, 'stop'],
  [400, null, 'index_closed_exception', 'closed', 'stop'],
  [400, null, 'invalid_index_name_exception', 'Invalid index name [A], must be lowercase', 'stop'],
  [
    400,
    null,
    'validation_exception',
    'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open;',
    'stop',
  ],
  [429, null, 'es_rejected_execution_exception', 'rejected execution', 'again'],
  [429, null, 'rejected_execution_exception', 'rejected execution', 'again'],
  [429, null, 'circuit_breaking_exception', 'Data too large', 'again'],
  [500, null, null, null, 'again'],
  [503, null, 'unavailable_shards_exception', '[logs][0] primary shard is not active', 'again'],
  [408, null, null, null, 'again'],
  [400, null, 'document_parsing_exception', 'failed to parse field [a]', 'rejected'],
  [400, 'failed', 'document_parsing_exception', 'failed to parse field [a]', 'rejected'],
  [400, null, 'mapper_parsing_exception', `failed. Preview of field's value: '${NO_IDS}'`, 'rejected'],
  [404, null, null, null, 'rejected'],
  [413, null, null, null, 'rejected'],
];

test('an item is judged by its error, then by its status', () => {
  for (const [status, failureStore, type, reason, verdict] of ITEMS) {
    assert.equal(
      itemVerdict(status, failureStore, type, reason),
      verdict,
      `${status} ${failureStore} ${type} ${reason}`,
    );
  }
});

test('a whole answer is judged by its status, but for blocks', () => {
  const verdicts: readonly [number, string | null, WholeVerdict][] = [
    [200, null, 'answered'],
    [204, null, 'again'],
    [301, null, 'stop'],
    [400, 'illegal_argument_exception', 'stop'],
    [401, 'security_exception', 'stop'],
    [401, null, 'stop'],
    [403, null, 'stop'],
    [403, 'cluster_block_exception', 'blocked'],
    [404, null, 'stop'],
    [408, null, 'again'],
    [413, null, 'too large'],
    [429, 'es_rejected_execution_exception', 'again'],
    [429, 'cluster_block_exception', 'blocked'],
    [500, null, 'again'],
    [502, null, 'again'],
    [503, 'cluster_block_exception', 'blocked'],
    [504, null, 'again'],
  ];
  for (const [status, type, verdict] of verdicts) {
    assert.equal(wholeVerdict(status, { type, reason: '' }), verdict, `${status} ${type}`);
  }
});

test('what stops a run says what to check', () => {
  const said: readonly [number, string | null, string, string, RegExp][] = [
    [401, 'security_exception', 'missing authentication', 'E_CLUSTER_DENIED', /--api-key-file.*expired/],
    [401, null, 'Unauthorized', 'E_CLUSTER_DENIED', /status 401, Unauthorized.*--user/],
    [403, 'security_exception', 'unauthorized', 'E_CLUSTER_DENIED', /create_doc/],
    [403, null, 'Forbidden', 'E_CLUSTER_DENIED', /--aws-sigv4/],
    [404, 'index_not_found_exception', 'no such index', 'E_CLUSTER_REFUSED', /flowbulk setup/],
    [404, null, '', 'E_CLUSTER_REFUSED', /\(status 404\).*no _bulk/],
    [308, null, '', 'E_CLUSTER_REFUSED', /points elsewhere/],
    [400, 'illegal_argument_exception', 'pipeline with id [geo] does not exist', 'E_CLUSTER_REFUSED', /--pipeline/],
    [400, 'illegal_argument_exception', NO_IDS, 'E_CLUSTER_REFUSED', /--ids none.*twice/],
    [400, 'illegal_argument_exception', ONLY_CREATE, 'E_CLUSTER_REFUSED', /--op create/],
    [400, 'parse_exception', 'odd', 'E_CLUSTER_REFUSED', /status 400, parse_exception, odd.*put right/],
  ];
  for (const [status, type, reason, code, text] of said) {
    const error = stopError(status, type, reason, 'logs-aws.vpcflow-default');
    assert.equal(error.code, code, text.source);
    assert.match(error.message, text);
    assert.match(error.message, /"logs-aws\.vpcflow-default"/);
    assert.equal(error.exitCode, 5);
  }
});

test('what blocks writing is named by its setting', () => {
  const said: readonly [number, string, RegExp][] = [
    [403, BLOCKED, /blocked by index\.blocks\.write .*null/],
    [429, DISK_FULL, /index\.blocks\.read_only_allow_delete.*flood stage watermark.*make room/],
    [403, 'index [logs] blocked by: [FORBIDDEN/5/index read-only (api)];', /blocked by index\.blocks\.read_only /],
    [403, 'blocked by: [FORBIDDEN/6/cluster read-only (api)];', /blocked by cluster\.blocks\.read_only /],
    [
      403,
      'blocked by: [FORBIDDEN/13/cluster read-only / allow delete (api)];',
      /cluster\.blocks\.read_only_allow_delete/,
    ],
    [403, 'blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];', /cluster\.blocks\.create_index/],
    [
      403,
      'something new',
      /by the cluster \(status 403, cluster_block_exception, something new\).*index\.blocks\.write/,
    ],
  ];
  for (const [status, reason, text] of said) {
    const error = blockedError(status, 'cluster_block_exception', reason, 'logs');
    assert.equal(error.code, 'E_CLUSTER_BLOCKED');
    assert.match(error.message, text);
    assert.match(error.message, /writing to "logs".*--wait-blocked/);
  }
});

test('reasons come without pieces of documents, and short', () => {
  assert.equal(
    plainReason("failed to parse field [a]. Preview of field's value: 'secret'"),
    'failed to parse field [a]',
  );
  assert.equal(plainReason('x'.repeat(500)).length, 300);
});

test('refusals of one kind are one group, of two kinds are two', () => {
  const group = (reason: string) => groupOf('document_parsing_exception', reason);
  const parse = (place: string, field: string, id: string, value: string) =>
    `[${place}] failed to parse field [${field}] of type [long] in document with id '${id}'. Preview of field's value: '${value}'`;
  const first = group(parse('1:234', 'source.port', '0123456789abcdef0123-000000000001', 'x'));
  assert.equal(first, group(parse('1:99', 'source.port', 'aaaa456789abcdef0123-000000012345', 'y')));
  assert.equal(
    first,
    "document_parsing_exception: […] failed to parse field [source.port] of type [long] in document with id '…'",
  );
  assert.notEqual(first, group(parse('1:234', 'source.bytes', 'a', 'x')));
  assert.notEqual(first, groupOf('mapper_parsing_exception', parse('1:234', 'source.port', 'a', 'x')));

  const outside = (time: string) =>
    `the document timestamp [${time}] is outside of ranges [[${time},2026-11-22T00:00:00.000Z]]`;
  assert.equal(group(outside('2026-11-21T10:00:00.000Z')), group(outside('2025-01-02T03:04:05.006Z')));
  const immense = (bytes: number) => `immense term in field="message" (max length 32766), got ${bytes}`;
  assert.equal(group(immense(40_000)), group(immense(40_001)));
  assert.match(group(immense(1)), /field="message"/);
  assert.match(group('cannot be changed from type [long] to [keyword]'), /\[long\] to \[keyword\]/);
  assert.equal(groupOf(null, null), 'no reason given');
  assert.equal(groupOf('a_exception', null), 'a_exception');
});
