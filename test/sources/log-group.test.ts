import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupNameOf, isLogGroup, parseLogGroup } from '../../src/sources/log-group.ts';

const ARN = 'arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow';

test('names, ARNs and beginnings of names, with a region or without', () => {
  const rows: readonly (readonly [string, ReturnType<typeof parseLogGroup>])[] = [
    ['cloudwatch:///vpc/flow', { name: '/vpc/flow', isPrefix: false, arn: null, region: null }],
    ['cloudwatch://flow', { name: 'flow', isPrefix: false, arn: null, region: null }],
    ['cloudwatch://flow?region=eu-west-1', { name: 'flow', isPrefix: false, arn: null, region: 'eu-west-1' }],
    ['cloudwatch:///vpc/*?region=us-gov-east-1', { name: '/vpc/', isPrefix: true, arn: null, region: 'us-gov-east-1' }],
    ['cloudwatch://*', { name: '', isPrefix: true, arn: null, region: null }],
    [`cloudwatch://${ARN}`, { name: '/vpc/flow', isPrefix: false, arn: ARN, region: 'eu-west-1' }],
    [`cloudwatch://${ARN}:*`, { name: '/vpc/flow', isPrefix: false, arn: ARN, region: 'eu-west-1' }],
  ];
  for (const [text, expected] of rows) {
    assert.ok(isLogGroup(text));
    assert.deepEqual(parseLogGroup(text), expected, text);
  }
  assert.equal(groupNameOf(ARN), '/vpc/flow');
  assert.equal(groupNameOf('/vpc/flow'), '/vpc/flow');
});

test('what names no log group is refused with its reason', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['cloudwatch://', /names no log group/],
    ['cloudwatch://a b', /names no log group/],
    ['cloudwatch://a*b', /names no log group/],
    ['cloudwatch://flow?regin=eu-west-1', /something else than \?region=/],
    ['cloudwatch://flow?region=eu-west-1&x=1', /something else than \?region=/],
    ['cloudwatch://flow?region=here', /names no region/],
    [`cloudwatch://${ARN}?region=eu-west-2`, /two regions/],
  ];
  for (const [text, expected] of rows) {
    assert.throws(() => parseLogGroup(text), { code: 'E_USAGE', message: expected }, text);
  }
});
