import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RequestSigner } from '../../src/cluster/sigv4.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { client, NEVER, serve } from './servers.ts';

const KEY_ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** A request as a server gets it. */
interface Received {
  readonly method: string;
  /** Path and query, as on the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * The signature a server computes, from AWS's description and not from any library:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function expectedAuthorization({ method, target, headers, body }: Received): string {
  const given = String(headers['authorization']);
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(given) ?? [];
  const [day = '', region = '', service = ''] = scope.split('/');
  const [path = '', search = ''] = target.split('?');
  const query = search === '' ? [] : search.split('&').map((pair) => pair.split('='));
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => rfc3986(rfc3986(decodeURIComponent(part))))
      .join('/'),
    query
      .map(([key = '', value = '']) => `${rfc3986(decodeURIComponent(key))}=${rfc3986(decodeURIComponent(value))}`)
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(Buffer.from(canonical))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (key, part) => hmac(key, part),
    `AWS4${SECRET}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

function rfc3986(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => String.fromCharCode(byte))
    .map((char) =>
      /[A-Za-z0-9._~-]/.test(char) ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

test('the check itself agrees with the published vector get-vanilla', () => {
  // https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4/get-vanilla
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
    'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', authorization };
  assert.equal(expectedAuthorization({ method: 'GET', target: '/', headers, body: Buffer.alloc(0) }), authorization);
});

async function signed(method: string, url: string, headers: Record<string, string>, body?: Uint8Array | string) {
  const signer = new RequestSigner({ service: 'aoss', region: 'eu-west-1', profile: null }, async () => ({
    accessKeyId: KEY_ID,
    secretAccessKey: SECRET,
  }));
  const target = new URL(url);
  return await signer.sign({ method, url: target, headers, body }, new Date('2026-01-02T03:04:05Z'));
}

const CASES: readonly [string, string, string][] = [
  ['GET', '/', '/'],
  [
    'POST',
    '/logs-x/_bulk?filter_path=errors,items.*.status&pipeline=_none',
    '/logs-x/_bulk?filter_path=errors%2Citems.%2A.status&pipeline=_none',
  ],
  ['GET', '/_cat/indices/logs-*?z=1&a=2&a=1', '/_cat/indices/logs-%2A?z=1&a=2&a=1'],
  ['GET', '/_alias/v%C3%B6r-%2A!(x)', '/_alias/v%C3%B6r-%2A%21%28x%29'],
  ['GET', '/x/_search?q=a%20b+c%2Fd', '/x/_search?q=a%20b%20c%2Fd'],
];

for (const [method, asked, target] of CASES) {
  test(`signs ${method} ${asked}`, async () => {
    const body = Buffer.from('{"a":1}\n');
    const url = `https://abc.eu-west-1.aoss.amazonaws.com${asked}`;
    const { path, headers } = await signed(method, url, { 'content-type': 'application/x-ndjson' }, body);
    assert.equal(path, target);
    const received = { ...headers, host: 'abc.eu-west-1.aoss.amazonaws.com' };
    assert.equal(headers['authorization'], expectedAuthorization({ method, target: path, headers: received, body }));
    assert.match(String(headers['authorization']), /20260102\/eu-west-1\/aoss\/aws4_request/);
    assert.equal(headers['x-amz-content-sha256'], sha256(body));
    assert.match(String(headers['authorization']), /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,/);
  });
}

test('no body, a text and shared memory are hashed', async () => {
  const url = 'https://a.example/x';
  const shared = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer, 8, 3);
  shared.set(Buffer.from('abc'));
  const hash = async (body?: Uint8Array | string) =>
    (await signed('POST', url, {}, body)).headers['x-amz-content-sha256'];
  assert.equal(await hash(), sha256(Buffer.alloc(0)));
  assert.equal(await hash('abc'), sha256(Buffer.from('abc')));
  assert.equal(await hash(Buffer.from(shared.buffer as unknown as ArrayBuffer, 8, 3)), sha256(Buffer.from('abc')));
});

/** Credentials for this process as the environment has them; all back to what it was after the test. */
function useEnvironment(t: { after(then: () => void): void }, variables: Record<string, string>): void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env).filter((name) => name.startsWith('AWS_'))) {
    delete process.env[name];
  }
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' }, variables);
  t.after(() => {
    process.env = before;
  });
}

test('a gzip body goes out with a signature that the server finds right', async (t) => {
  useEnvironment(t, { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: 'token/1+2=' });
  const received: Received[] = [];
  const origin = await serve(t, async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    received.push({ method: incoming.method ?? '', target: incoming.url ?? '', headers: incoming.headers, body });
    outgoing.end('{}');
  });
  const http = client(t, [`${origin}/es`], { sigv4: { service: 'es', region: 'eu-west-1', profile: null } });
  const body = gzipSync('{"create":{}}\n{"a":1}\n');
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
  const path = '/logs-x/_bulk?filter_path=items.*.status';
  assert.equal((await http.request({ method: 'POST', path, headers, body }, NEVER)).status, 200);
  const [got] = received as [Received];
  assert.equal(got.target, '/es/logs-x/_bulk?filter_path=items.%2A.status');
  assert.deepEqual(got.body, body);
  assert.equal(got.headers['host'], new URL(origin).host);
  assert.equal(got.headers['x-amz-security-token'], 'token/1+2=');
  assert.match(String(got.headers['authorization']), /content-encoding;content-type;host;.*x-amz-security-token/);
  assert.equal(got.headers['authorization'], expectedAuthorization(got));
});

test('credentials are kept, and renewed when they expire', async (t) => {
  const metadata = createServer((_, outgoing) => {
    asked++;
    const key = { AccessKeyId: `${KEY_ID}${asked}`, SecretAccessKey: SECRET, Token: 't' };
    // The first are about to expire; the second will do for the test.
    const expiresInMs = asked === 1 ? 1_500 : 3_600_000;
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ ...key, Expiration: new Date(Date.now() + expiresInMs).toISOString() }));
  });
  let asked = 0;
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    metadata.closeAllConnections();
    metadata.close();
  });
  const address = metadata.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const folder = tempFolder(t);
  useEnvironment(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`,
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  });
  const signer = new RequestSigner({ service: 'es', region: 'eu-west-1', profile: null });
  const keyId = async () => {
    const { headers } = await signer.sign({ method: 'GET', url: new URL('http://a/'), headers: {}, body: undefined });
    return /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1];
  };
  assert.deepEqual(await Promise.all([keyId(), keyId(), keyId()]), Array(3).fill(`${KEY_ID}1`));
  assert.equal(asked, 1);
  const until = Date.now() + 10_000;
  while ((await keyId()) !== `${KEY_ID}2` && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(await Promise.all([keyId(), keyId()]), Array(2).fill(`${KEY_ID}2`));
  assert.equal(asked, 2);
});

test('no credentials at all, and a profile that is not there', async (t) => {
  const folder = tempFolder(t);
  useEnvironment(t, {
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  });
  for (const profile of [null, 'absent']) {
    const http = client(t, ['http://127.0.0.1:1'], { sigv4: { service: 'es', region: 'eu-west-1', profile } });
    await assert.rejects(http.request({ method: 'GET', path: '/' }, NEVER), {
      code: 'E_CLUSTER_DENIED',
      message: profile === null ? /no AWS credentials were found to sign.*--profile/ : /found in profile "absent"/,
    });
  }
});
