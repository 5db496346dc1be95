import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AccessAsked, accessWarnings, clusterAccess } from '../../src/cluster/access.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { CA, CLIENT, SERVER } from './certificates.ts';

const HOSTS = ['https://a:9200'];
const NONE: AccessAsked = { insecure: false, requestTimeoutMs: 90_000 };
const SECRET = 'hunter2hunter2';

function access(asked: Partial<AccessAsked>, env: Record<string, string> = {}, hosts: readonly string[] = HOSTS) {
  return clusterAccess({ ...NONE, ...asked }, hosts, env);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('nothing asked is nothing sent', () => {
  const { authorization, sigv4, ca, cert, key, insecure, requestTimeoutMs } = access({}, { FLOWBULK_API_KEY: '' });
  assert.deepEqual([authorization, sigv4, ca, cert, key, insecure], [null, null, null, null, null, false]);
  assert.equal(requestTimeoutMs, 90_000);
});

test('an API key from a file or a variable, encoded or not', (t) => {
  const encoded = base64('VuaCfGcBCdbkQm:ui2lp2axTNmsyakw9');
  const folder = tempFolder(t, { key: `${encoded}\n`, pair: ' VuaCfGcBCdbkQm:ui2lp2axTNmsyakw9\r\n' });
  assert.equal(access({ apiKeyFile: join(folder, 'key') }).authorization, `ApiKey ${encoded}`);
  assert.equal(access({ apiKeyFile: join(folder, 'pair') }).authorization, `ApiKey ${encoded}`);
  assert.equal(access({}, { FLOWBULK_API_KEY: `ApiKey ${encoded}` }).authorization, `ApiKey ${encoded}`);
  assert.equal(access({}, { FLOWBULK_API_KEY: 'essu_abc==' }).authorization, 'ApiKey essu_abc==');
  const both = access({ apiKeyFile: join(folder, 'key') }, { FLOWBULK_API_KEY: 'another' });
  assert.equal(both.authorization, `ApiKey ${encoded}`);
});

test('a user with the password from a file or a variable', (t) => {
  const folder = tempFolder(t, { password: 'pass wörd: \n' });
  const header = `Basic ${base64('elastic:pass wörd:')}`;
  assert.equal(access({ user: 'elastic', passwordFile: join(folder, 'password') }).authorization, header);
  assert.equal(access({ user: 'elastic' }, { FLOWBULK_PASSWORD: 'pass wörd:' }).authorization, header);
});

test('credentials that do not go together, or are not whole', (t) => {
  const folder = tempFolder(t, { secret: SECRET, empty: ' \n', json: `{"id":"a","api_key":"${SECRET}"}`, ca: CA });
  const secret = join(folder, 'secret');
  const cases: [Partial<AccessAsked>, Record<string, string>, RegExp][] = [
    [{ apiKeyFile: secret, user: 'u', passwordFile: secret }, {}, /one kind.*--api-key-file.*--user u/],
    [{ user: 'u' }, { FLOWBULK_API_KEY: SECRET }, /one kind.*FLOWBULK_API_KEY.*--user u/],
    [{ apiKeyFile: secret, awsSigv4: 'es', awsRegion: 'eu-west-1' }, {}, /one kind.*--aws-sigv4 es/],
    [{ user: 'u' }, {}, /--user u needs a password.*--password-file/],
    [{ user: `u:${SECRET}` }, { FLOWBULK_PASSWORD: SECRET }, /without a colon/],
    [{ passwordFile: secret }, {}, /--password-file needs --user/],
    [{}, { FLOWBULK_PASSWORD: SECRET }, /FLOWBULK_PASSWORD needs --user/],
    [{ apiKeyFile: join(folder, 'none') }, {}, /--api-key-file: ".*none" cannot be read \(ENOENT\)/],
    [{ apiKeyFile: folder }, {}, /cannot be read \(EISDIR\)/],
    [{ apiKeyFile: join(folder, 'empty') }, {}, /empty" is empty/],
    [{ apiKeyFile: join(folder, 'json') }, {}, /holds no API key/],
    [{}, { FLOWBULK_API_KEY: `${SECRET} ${SECRET}` }, /FLOWBULK_API_KEY holds no API key/],
    [{ cert: secret }, {}, /--cert needs --key/],
    [{ key: secret }, {}, /--key needs --cert/],
    [{ ca: secret }, {}, /holds no certificate/],
  ];
  for (const [asked, env, message] of cases) {
    assert.throws(
      () => access(asked, env),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'E_USAGE');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, new RegExp(SECRET));
        return true;
      },
    );
  }
});

test('certificates and keys are read, and looked at', (t) => {
  const folder = tempFolder(t, {
    'two.pem': `# ours\n${CA}${SERVER.cert}`,
    'broken.pem': CA.replace(/[A-Za-z]{40}/, ''),
    'client.pem': CLIENT.cert,
    'client.key': CLIENT.key,
    'server.key': SERVER.key,
  });
  const file = (name: string) => join(folder, name);
  const read = access({ ca: file('two.pem'), cert: file('client.pem'), key: file('client.key'), insecure: true });
  assert.deepEqual([read.cert, read.key, read.insecure], [CLIENT.cert, CLIENT.key, true]);
  assert.match(read.ca ?? '', /^# ours/);
  assert.throws(() => access({ ca: file('broken.pem') }), { code: 'E_USAGE', message: /holds no certificate/ });
  const mismatch = { cert: file('client.pem'), key: file('server.key') };
  assert.throws(() => access(mismatch), { code: 'E_USAGE', message: /cannot be used.*belong together/ });
});

test('the region of signatures', () => {
  const region = (asked: Partial<AccessAsked>, env = {}, hosts = HOSTS) =>
    access({ awsSigv4: 'es', ...asked }, env, hosts).sigv4?.region;
  const domain = ['https://search-logs-abc123.eu-west-1.es.amazonaws.com'];
  assert.equal(region({}, { AWS_REGION: 'us-east-1' }, domain), 'eu-west-1');
  assert.equal(region({ awsRegion: 'us-east-1' }, {}, domain), 'eu-west-1');
  assert.equal(region({}, {}, ['https://vpc-x-y.us-gov-west-1.es.amazonaws.com/']), 'us-gov-west-1');
  assert.equal(region({}, {}, ['https://x.cn-north-1.es.amazonaws.com.cn']), 'cn-north-1');
  assert.equal(region({ awsSigv4: 'aoss' }, {}, ['https://abc.eu-central-1.aoss.amazonaws.com']), 'eu-central-1');
  assert.equal(region({ awsRegion: 'eu-north-1' }, { AWS_REGION: 'us-east-1' }), 'eu-north-1');
  assert.equal(region({}, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-2' }), 'us-east-1');
  assert.equal(region({}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-2' }), 'us-east-2');
  assert.throws(() => region({}), { code: 'E_USAGE', message: /give --aws-region/ });
  assert.throws(() => region({ awsSigv4: 'aoss' }, {}, domain), { code: 'E_USAGE', message: /give --aws-sigv4 es/ });
  assert.equal(access({ awsSigv4: 'es', profile: 'logs' }, {}, domain).sigv4?.profile, 'logs');
});

test('warnings', () => {
  const key = access({}, { FLOWBULK_API_KEY: SECRET });
  const warnings = (hosts: string[], with_ = key) => accessWarnings(with_, hosts).join('\n');
  assert.equal(warnings(['https://a:9200']), '');
  for (const loopback of ['http://localhost:9200', 'http://127.0.0.1:9200', 'http://127.8.8.8', 'http://[::1]:9200']) {
    assert.equal(warnings([loopback]), '', loopback);
  }
  assert.match(warnings(['https://a:9200', 'http://b:9200/es']), /^credentials go unencrypted to http:\/\/b:9200\/es,/);
  assert.match(warnings(['http://127.0.0.1.example:9200']), /unencrypted/);
  assert.doesNotMatch(warnings(['http://b:9200']), new RegExp(SECRET));
  assert.equal(warnings(['http://b:9200'], access({})), '');
  assert.match(warnings(HOSTS, access({ insecure: true })), /^--insecure/);
  assert.match(warnings(['http://localhost'], access({ insecure: true })), /do nothing for http/);
});

test('it is plain data', () => {
  const made = access({ awsSigv4: 'es', awsRegion: 'eu-west-1' });
  assert.deepEqual(structuredClone(made), made);
});
