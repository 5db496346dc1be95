import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, defaultBucket } from '../../src/topology/account.ts';
import { lookUpInterfaces } from '../../src/topology/look-up.ts';
import { ACCOUNT, described, known } from './maps.ts';

const { signal } = new AbortController();
const keyOf = (account: string) => `AWSLogs/${account}/vpcflowlogs/eu-west-1/2025/01/31/x.log.gz`;
const NOTHING = { aws: {}, accounts: [], keys: [], interfaces: null, isOffline: true };

test('the account is that of the role, else of --accounts, the keys, the interfaces', async () => {
  const interfaces = known(described('eni-1', 'vpc-1', '10.0.0.1'));
  const all = {
    ...NOTHING,
    aws: { roleArn: 'arn:aws:iam::111111111111:role/path/agent' },
    accounts: ['222222222222'],
    keys: [keyOf('333333333333'), keyOf('333333333333')],
    interfaces,
  };
  assert.equal(await accountOf(all, signal), '111111111111');
  assert.equal(await accountOf({ ...all, aws: {} }, signal), '222222222222');
  assert.equal(await accountOf({ ...all, aws: {}, accounts: ['1', '2'] }, signal), '333333333333');
  const several = { ...all, aws: {}, accounts: [], keys: [keyOf('333333333333'), keyOf('444444444444')] };
  assert.equal(await accountOf(several, signal), ACCOUNT);
  await assert.rejects(accountOf(NOTHING, signal), { code: 'E_USAGE', message: /give --accounts with the one/ });
  assert.equal(defaultBucket(ACCOUNT), 'stackstate-logs-123456789012');
});

test('without a region nobody is asked', async () => {
  const nowhere = { files: [], aws: {}, regions: [], keys: ['a.log.gz'] };
  await assert.rejects(lookUpInterfaces(nowhere, signal), {
    code: 'E_USAGE',
    message: /give --aws-region, or --interfaces/,
  });
});
