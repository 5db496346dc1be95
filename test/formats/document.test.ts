import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  constantMembers,
  type DocumentOptions,
  documentOptions,
  objectMembers,
  parseConstants,
} from '../../src/formats/document.ts';
import { FIELDS } from '../../src/formats/fields.ts';
import { IN_S3, LOCAL, OPTIONS } from '../kernel/both.ts';

test('constants by --field', () => {
  assert.deepEqual(parseConstants(['labels.env=prod', 'event.module=aws', 'a=b=c', 'empty=', 'lines=a\nb']), [
    ['labels.env', 'prod'],
    ['event.module', 'aws'],
    ['a', 'b=c'],
    ['empty', ''],
    ['lines', 'a\nb'],
  ]);
  assert.deepEqual(parseConstants([]), []);
});

test('what is not NAME=VALUE', () => {
  for (const text of ['', 'labels', '=prod', '.=x', 'a.=x', '.a=x', 'a..b=x']) {
    assert.throws(() => parseConstants([text]), { code: 'E_USAGE', message: /is not NAME=VALUE/ }, text);
  }
});

test('places that documents fill themselves cannot be taken, nor what is above or below them', () => {
  const filled = FIELDS.flatMap((field) => field.targets);
  const own = [
    '@timestamp',
    'event.kind',
    'event.category',
    'tags',
    'ecs.version',
    'data_stream.namespace',
    'input.type',
  ];
  const derived = [
    'event.type',
    'event.outcome',
    'event.original',
    'related.ip',
    'network.community_id',
    'network.transport',
  ];
  const objects = [
    'log.offset',
    'log.file.path',
    'aws.s3',
    'aws.s3.bucket.name',
    'source.geo',
    'destination.as.number',
  ];
  for (const path of [...filled, ...own, ...derived, ...objects, 'network.type', 'aws.vpcflow.anything']) {
    for (const taken of [path, `${path}.more`, path.split('.')[0]!]) {
      assert.throws(
        () => parseConstants([`${taken}=x`]),
        { code: 'E_USAGE', message: /would take the place of/ },
        taken,
      );
    }
  }
});

test('constants cannot take each other’s place', () => {
  for (const [a, b] of [
    ['labels.env', 'labels.env'],
    ['labels', 'labels.env'],
    ['labels.env', 'labels'],
  ]) {
    assert.throws(() => parseConstants([`${a}=1`, `${b}=2`]), { code: 'E_USAGE' });
  }
});

test('tags: the one that keeps the original comes first, and once', () => {
  const tags = (options: Partial<DocumentOptions>) =>
    new Map(constantMembers({ ...OPTIONS, ...options }).map(([path, value]) => [path, value])).get('tags');
  assert.deepEqual(tags({}), ['forwarded', 'aws-vpcflow']);
  assert.deepEqual(tags({ keepOriginal: true }), ['preserve_original_event', 'forwarded', 'aws-vpcflow']);
  assert.deepEqual(tags({ keepOriginal: true, tags: ['a', 'preserve_original_event'] }), [
    'preserve_original_event',
    'a',
  ]);
  assert.deepEqual(tags({ keepOriginal: true, tags: [] }), ['preserve_original_event']);
  assert.equal(tags({ tags: [] }), undefined);
});

test('only what is in S3 has aws.s3', () => {
  assert.deepEqual(
    objectMembers(IN_S3).map(([path]) => path),
    ['aws.s3.bucket.arn', 'aws.s3.bucket.name', 'aws.s3.object.key', 'log.file.path'],
  );
  assert.deepEqual(objectMembers(LOCAL), [['log.file.path', LOCAL.path]]);
});

test('constants that would make documents too large are refused', () => {
  assert.throws(() => documentOptions({ ...OPTIONS, tags: ['x'.repeat(70_000)] }), { code: 'E_USAGE' });
  assert.equal(documentOptions({ ...OPTIONS, tags: ['x'] }).tags.length, 1);
});
