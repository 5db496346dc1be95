import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FILTER_PATH, scanAnswer } from '../../src/delivery/answer.ts';
import { type FaultServer, type FaultServerOptions, startFaultServer } from './fault-server.ts';
import { REQUEST_FAULTS } from './faults.ts';

async function serve(context: TestContext, options: Omit<FaultServerOptions, 'seed'> = {}): Promise<FaultServer> {
  const server = await startFaultServer({ seed: 1, ...options });
  context.after(() => server.stop());
  return server;
}

interface Said {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Said> {
  const answer = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** A body of creates. */
function creates(...ids: readonly string[]): string {
  return ids.map((id) => `{"create":{"_id":"${id}"}}\n{"n":"${id}","log":{"file":{"path":"p-${id}"}}}\n`).join('');
}

function statuses({ text }: Said): unknown[] {
  const { items } = JSON.parse(text) as { items: { create?: { status: number }; index?: { status: number } }[] };
  return items.map(({ create, index }) => (create ?? index)?.status);
}

const search = async (server: FaultServer, name: string, values: readonly string[]) =>
  JSON.parse(
    (
      await post(
        `${server.url}/${name}/_search?filter_path=hits.hits._id`,
        JSON.stringify({ query: { ids: { values } } }),
      )
    ).text,
  );

test('stores what it is sent, once an id and index', async (context) => {
  const server = await serve(context);
  assert.deepEqual(statuses(await post(`${server.url}/logs/_bulk`, creates('a', 'b'))), [201, 201]);
  assert.deepEqual(statuses(await post(`${server.url}/logs/_bulk`, creates('b', 'c'))), [409, 201]);
  const other = '{"index":{"_index":"other","_id":"a"}}\n{}\n{"index":{"_index":"other"}}\n{}\n';
  assert.deepEqual(statuses(await post(`${server.url}/_bulk`, other)), [201, 201]);
  assert.deepEqual(statuses(await post(`${server.url}/_bulk`, other)), [200, 201]);
  assert.equal(server.stored.get('a')!.times, 3);
  assert.equal(server.stored.get('b')!.times, 1);
  assert.equal(server.stored.get('b')!.index, 'logs');
  assert.match(server.stored.get('b')!.document, /"n":"b"/);
  assert.equal(server.stored.size, 5);
  assert.equal(server.requests, 4);
});

test('takes gzip, and gives only what filter_path asks for', async (context) => {
  const server = await serve(context);
  const url = `${server.url}/logs/_bulk?filter_path=${FILTER_PATH}`;
  const shapes = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const said = await post(url, gzipSync(creates('a', `b${i}`)), { 'content-encoding': 'gzip' });
    const { errors, items, ...more } = JSON.parse(said.text);
    assert.deepEqual(more, {});
    assert.equal(errors, i > 0);
    assert.deepEqual(items[1], { create: { status: 201 } });
    if (i > 0) assert.deepEqual(Object.keys(items[0].create).sort(), ['error', 'status']);
    assert.equal(
      scanAnswer(Buffer.from(said.text), () => {}),
      2,
    );
    shapes.add(said.text.includes('\n') ? 'pretty' : 'compact');
  }
  assert.equal(shapes.size, 2);
});

test('refuses bodies that the real ones refuse', async (context) => {
  const server = await serve(context);
  const refused = async (body: string, type = 'application/x-ndjson') => {
    const said = await post(`${server.url}/logs/_bulk`, body, { 'content-type': type });
    return `${said.status} ${JSON.parse(said.text).error.reason}`;
  };
  assert.match(await refused(''), /^400 request body is required/);
  assert.match(await refused(creates('a').trimEnd()), /^400 The bulk request must be terminated by a newline/);
  assert.match(await refused('{"create":{}}\n'), /^400 no requests/);
  assert.match(await refused('[]\n{}\n'), /^400 Malformed action/);
  assert.match(await refused('{"delete":{"_id":"a"}}\n{}\n'), /^400 Malformed action.*delete/);
  assert.match(await refused(creates('a'), 'text/plain'), /^406 /);
  assert.equal(server.stored.size, 0);
  assert.deepEqual(statuses(await post(`${server.url}/logs/_bulk`, `{"create":{}}\nno\n${creates('a')}`)), [400, 201]);
});

test('a data stream takes create only, and an id again after a roll-over', async (context) => {
  const server = await serve(context, { dataStreams: true });
  const url = `${server.url}/logs/_bulk`;
  assert.deepEqual(statuses(await post(url, '{"index":{"_id":"a"}}\n{}\n')), [400]);
  await post(url, creates('a', 'b'));
  assert.deepEqual(await search(server, 'logs', ['a', 'b', 'z']), {}, 'nothing is seen before a refresh');
  server.rollover('logs');
  assert.deepEqual(statuses(await post(url, creates('a'))), [201]);
  assert.equal(server.stored.get('a')!.times, 2);
  await post(`${server.url}/logs/_refresh`, '');
  const hits = (ids: string[]) => ({ hits: { hits: ids.map((_id) => ({ _id })) } });
  assert.deepEqual(await search(server, 'logs', ['a', 'b', 'z']), hits(['a', 'b', 'a']));
  const resolved = await (await fetch(`${server.url}/_resolve/index/logs`)).json();
  assert.deepEqual(resolved, {
    indices: [],
    aliases: [],
    data_streams: [
      { name: 'logs', backing_indices: ['.ds-logs-000001', '.ds-logs-000002'], timestamp_field: '@timestamp' },
    ],
  });
  const terms = { size: 0, query: { terms: { 'log.file.path': ['p-a', 'p-x'] } } };
  const paths = await post(
    `${server.url}/logs/_search?filter_path=aggregations.paths.buckets.key`,
    JSON.stringify(terms),
  );
  assert.deepEqual(JSON.parse(paths.text), { aggregations: { paths: { buckets: [{ key: 'p-a' }] } } });
});

test('says what it is', async (context) => {
  const seen: unknown[] = [];
  for (const flavour of ['elasticsearch', 'serverless', 'opensearch', 'aoss'] as const) {
    const server = await serve(context, { flavour });
    const answer = await fetch(server.url);
    const { version } = (await answer.json()) as { version?: { build_flavor?: string; distribution?: string } };
    seen.push([answer.status, version?.build_flavor, version?.distribution, answer.headers.get('x-elastic-product')]);
  }
  assert.deepEqual(seen, [
    [200, 'default', undefined, 'Elasticsearch'],
    [200, 'serverless', undefined, 'Elasticsearch'],
    [200, undefined, 'opensearch', null],
    [404, undefined, undefined, null],
  ]);
});

test('Amazon OpenSearch Serverless takes no ids', async (context) => {
  const server = await serve(context, { flavour: 'aoss' });
  const said = await post(`${server.url}/logs/_bulk`, `${creates('a')}{"create":{}}\n{}\n`);
  assert.deepEqual(statuses(said), [400, 201]);
  assert.match(said.text, /Document ID is not supported in create\/index operation request/);
});

test('limits of size, credentials and rights', async (context) => {
  const small = await serve(context, { maxContentBytes: 500 });
  const large = creates(...Array.from({ length: 50 }, (_, i) => `${i}`));
  const [plain, zipped] = [
    await post(`${small.url}/logs/_bulk`, large),
    await post(`${small.url}/logs/_bulk`, gzipSync(large), { 'content-encoding': 'gzip' }),
  ];
  assert.deepEqual([plain.status, plain.text, zipped.status], [413, '', 413]);
  assert.equal(small.stored.size, 0);

  for (const flavour of ['elasticsearch', 'opensearch'] as const) {
    const guarded = await serve(context, { flavour, requireAuthorization: 'ApiKey k' });
    const refused = await post(`${guarded.url}/logs/_bulk`, creates('a'));
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('x-elastic-product'), null);
    assert.equal(refused.text === 'Unauthorized', flavour === 'opensearch');
    const headers = { authorization: 'ApiKey k' };
    assert.deepEqual(statuses(await post(`${guarded.url}/logs/_bulk`, creates('a'), headers)), [201]);
  }

  const writer = await serve(context, { createDocOnly: true });
  assert.equal((await fetch(writer.url)).status, 403);
  assert.equal(
    (await fetch(`${writer.url}/_security/_authenticate`)).headers.get('x-elastic-product'),
    'Elasticsearch',
  );
  assert.equal((await post(`${writer.url}/logs/_search`, '{}')).status, 403);
  assert.deepEqual(statuses(await post(`${writer.url}/logs/_bulk`, creates('a'))), [201]);
});

test('each fault of a request does what its name says', async (context) => {
  const stores = new Set([
    'answer lost',
    'answer cut',
    'answer slow',
    'answer trickled',
    'wrong JSON',
    'fewer items',
    'empty body',
  ]);
  const breaks = new Set(['reset before reading', 'reset before storing', 'answer lost', 'answer cut']);
  const whole = ['401', '403', '429', '500', '502', '503', '504'];
  const server = await serve(context, { slowMs: 5 });
  for (const [i, fault] of REQUEST_FAULTS.entries()) {
    // Kinds of wrong JSON, and of cuts, are drawn.
    for (let round = 0; round < 8; round++) {
      server.script.push(fault);
      const ids = [`${i}-${round}-a`, `${i}-${round}-b`, `${i}-${round}-c`];
      const said = await post(`${server.url}/logs/_bulk?filter_path=${FILTER_PATH}`, creates(...ids)).catch(() => null);
      assert.equal(said === null, breaks.has(fault), fault);
      assert.equal(server.stored.has(ids[0]!), stores.has(fault), fault);
      if (said === null) continue;
      const count = scanAnswer(Buffer.from(said.text), () => {});
      if (whole.includes(fault)) assert.equal(`${said.status}`, fault);
      else if (fault === 'whole block') assert.match(said.text, /cluster_block_exception.*"status":403/);
      else if (fault === 'wrong JSON' || fault === 'empty body') assert.deepEqual([said.status, count], [200, null]);
      else if (fault === 'fewer items') assert.ok(count !== null && count < 3);
      else assert.equal(count, 3, fault);
    }
    assert.equal(server.faultCounts.get(fault), 8);
  }
  assert.equal(server.requests, REQUEST_FAULTS.length * 8);
});

test('faults of items: for good with the same documents, the others pass', async (context) => {
  const faults = { 'item 429': 0.2, 'item 500': 0.1, 'item 503': 0.1, 'item block': 0.05, 'disk full': 0.05 };
  const server = await serve(context, { faults: { ...faults, mapping: 0.1, 'failure store': 0.1 }, maxInARow: 3 });
  const ids = Array.from({ length: 200 }, (_, i) => `id-${i}`);
  const ends: string[][] = [];
  for (let round = 0; round < 12; round++) {
    const { text } = await post(`${server.url}/logs/_bulk`, creates(...ids));
    const { items } = JSON.parse(text) as {
      items: { create: { status: number; failure_store?: string; error?: { type: string } } }[];
    };
    ends.push(items.map(({ create }) => `${create.status} ${create.failure_store ?? create.error?.type ?? ''}`));
  }
  const seen = new Set(ends.flat());
  assert.deepEqual(
    [...seen].sort(),
    [
      '201 ',
      '201 used',
      '400 document_parsing_exception',
      '403 cluster_block_exception',
      '409 version_conflict_engine_exception',
      '429 cluster_block_exception',
      '429 es_rejected_execution_exception',
      '500 exception',
      '503 unavailable_shards_exception',
    ].sort(),
  );
  const lasting = ids.filter((_, i) => ends.some((round) => /^400|used/.test(round[i]!)));
  for (const [i, id] of ids.entries()) {
    const own = ends.map((round) => round[i]!);
    if (lasting.includes(id)) assert.ok(!server.stored.has(id) && !own.includes('201 '));
    else assert.ok(server.stored.get(id)?.times === 1 && own.filter((end) => end === '201 ').length === 1, `${own}`);
  }
  assert.ok(lasting.length > 10 && lasting.length < 80);
  const inStore = ids.filter((_, i) => ends.some((round) => round[i] === '201 used'));
  assert.deepEqual(new Set(server.failureStore.keys()), new Set(inStore));
});

test('never more faults in a row than asked for, and the same ones for the same seed', async (context) => {
  const draw = async () => {
    const server = await serve(context, { faults: { '429': 0.5, '503': 0.45 }, maxInARow: 3 });
    const seen: number[] = [];
    for (let i = 0; i < 40; i++) seen.push((await post(`${server.url}/logs/_bulk`, creates(`${i}`))).status);
    return seen.join(' ');
  };
  const seen = await draw();
  assert.equal(seen, await draw());
  assert.match(seen, /200/);
  assert.doesNotMatch(seen, /(?:(?:429|503) ){4}/);
  assert.match(seen, /(?:(?:429|503) ){3}200/);
});

test('faults can be switched off', async (context) => {
  const server = await serve(context, { faults: { 'item block': 1 }, maxInARow: 1_000 });
  assert.deepEqual(statuses(await post(`${server.url}/logs/_bulk`, creates('a'))), [403]);
  server.faults['item block'] = 0;
  assert.deepEqual(statuses(await post(`${server.url}/logs/_bulk`, creates('a'))), [201]);
});
