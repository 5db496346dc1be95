import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterApi } from '../../src/cluster/api.ts';
import { describeCluster, discoverCluster, type FlavourAsked } from '../../src/cluster/flavour.ts';
import { client, deadOrigin, NEVER, serve } from './servers.ts';

type Body = string | Readonly<Record<string, unknown>>;

const ELASTIC = { 'x-elastic-product': 'Elasticsearch' };
const SEARCH = 'You Know, for Search';
const OPEN_SEARCH = 'The OpenSearch Project: https://opensearch.org/';

/** What `GET /` of real servers holds, as far as it is looked at. */
function root(number: string, more: Readonly<Record<string, unknown>> = {}, tagline = SEARCH): Body {
  return { name: 'n', cluster_name: 'c', version: { number, lucene_version: '10.4.0', ...more }, tagline };
}

function openSearch(number: string): Body {
  return root(number, { distribution: 'opensearch', build_type: 'tar' }, OPEN_SEARCH);
}

const DENIED = { error: { type: 'security_exception', reason: 'action [cluster:monitor/main] is unauthorized' } };

interface Case {
  readonly what: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly asked?: FlavourAsked;
  /** What `describeCluster` makes of it, or what the error is. */
  readonly is: string | { readonly code: string; readonly message: RegExp };
  readonly amazon?: 'es' | 'aoss';
}

const CASES: readonly Case[] = [
  {
    what: 'Elasticsearch 9',
    headers: ELASTIC,
    body: root('9.4.3', { build_flavor: 'default' }),
    is: 'Elasticsearch 9.4.3',
  },
  {
    what: 'Elasticsearch 8',
    headers: ELASTIC,
    body: root('8.19.8', { build_flavor: 'default' }),
    is: 'Elasticsearch 8.19.8',
  },
  { what: 'Elasticsearch 10 to come', headers: ELASTIC, body: root('10.0.0'), is: 'Elasticsearch 10.0.0' },
  { what: 'Elasticsearch behind a proxy that drops headers', body: root('9.4.3'), is: 'Elasticsearch 9.4.3' },
  {
    what: 'Serverless',
    headers: ELASTIC,
    body: root('8.11.0', { build_flavor: 'serverless' }),
    is: 'Elasticsearch Serverless',
  },
  { what: 'OpenSearch 3', body: openSearch('3.8.0'), is: 'OpenSearch 3.8.0' },
  { what: 'OpenSearch 2', body: openSearch('2.19.6'), is: 'OpenSearch 2.19.6' },
  { what: 'OpenSearch in compatibility mode', body: openSearch('7.10.2'), is: 'OpenSearch (version not told)' },
  {
    what: 'Amazon OpenSearch Service',
    body: openSearch('2.19.0'),
    asked: { sigv4: 'es' },
    is: 'Amazon OpenSearch 2.19.0',
    amazon: 'es',
  },
  {
    what: 'an old Elasticsearch',
    headers: ELASTIC,
    body: root('7.17.28', { build_flavor: 'default' }),
    is: { code: 'E_CLUSTER_REFUSED', message: /is Elasticsearch 7\.17\.28: Elasticsearch 8 or later is needed/ },
  },
  {
    what: "Amazon's old Elasticsearch",
    body: root('7.10.2', { build_flavor: 'oss' }),
    asked: { sigv4: 'es' },
    is: { code: 'E_CLUSTER_REFUSED', message: /Elasticsearch 7\.10\.2/ },
  },
  {
    what: 'an old OpenSearch',
    body: openSearch('1.3.20'),
    is: { code: 'E_CLUSTER_REFUSED', message: /is OpenSearch 1\.3\.20: OpenSearch 2 or later is needed/ },
  },
  {
    what: 'a 403 with the header',
    status: 403,
    headers: ELASTIC,
    body: DENIED,
    is: 'Elasticsearch (version not told)',
  },
  {
    what: 'a 403 with the header and --flavour',
    status: 403,
    headers: ELASTIC,
    body: DENIED,
    asked: { flavour: 'serverless' },
    is: 'Elasticsearch Serverless',
  },
  {
    what: 'a 403 and --flavour opensearch',
    status: 403,
    body: DENIED,
    asked: { flavour: 'opensearch' },
    is: 'OpenSearch (version not told)',
  },
  {
    what: 'a 403 and --flavour elasticsearch',
    status: 403,
    body: DENIED,
    asked: { flavour: 'elasticsearch' },
    is: 'Elasticsearch (version not told)',
  },
  {
    what: 'a 403 and --aws-sigv4',
    status: 403,
    body: { Message: 'User is not authorized' },
    asked: { sigv4: 'es' },
    is: 'Amazon OpenSearch (version not told)',
    amazon: 'es',
  },
  {
    what: 'a 403 for a wrong signature',
    status: 403,
    body: { message: 'The request signature we calculated does not match the signature you provided.' },
    asked: { sigv4: 'es' },
    is: { code: 'E_CLUSTER_DENIED', message: /request signature we calculated/ },
  },
  {
    what: "a 403 with OpenSearch 3's header",
    status: 403,
    headers: { 'x-opensearch-version': 'OpenSearch/3.8.0 (opensearch)' },
    body: DENIED,
    is: 'OpenSearch (version not told)',
  },
  {
    what: 'a 403 and nothing else',
    status: 403,
    body: DENIED,
    is: { code: 'E_CLUSTER_REFUSED', message: /cluster:monitor\/main.*give --flavour/ },
  },
  {
    what: 'a 404',
    status: 404,
    body: 'nothing',
    is: { code: 'E_CLUSTER_REFUSED', message: /\(404, nothing\).*--flavour/ },
  },
  {
    what: 'a 404 and --flavour',
    status: 404,
    body: '',
    asked: { flavour: 'elasticsearch' },
    is: 'Elasticsearch (version not told)',
  },
  {
    what: 'a web site',
    body: '<html>Welcome</html>',
    is: { code: 'E_CLUSTER_REFUSED', message: /answer to GET \/ is no cluster's.*give --flavour/ },
  },
  {
    what: 'a 401, whatever the header',
    status: 401,
    headers: ELASTIC,
    body: 'Unauthorized',
    asked: { flavour: 'elasticsearch' },
    is: { code: 'E_CLUSTER_DENIED', message: /credentials for GET \/ \(401, Unauthorized\)/ },
  },
  {
    what: 'a 500',
    status: 500,
    body: 'oops',
    asked: { flavour: 'elasticsearch' },
    is: { code: 'E_CLUSTER_REFUSED', message: /\(500, oops\)/ },
  },
  {
    what: 'a --flavour that is wrong',
    body: openSearch('3.8.0'),
    asked: { flavour: 'elasticsearch' },
    is: { code: 'E_CLUSTER_REFUSED', message: /it is OpenSearch 3\.8\.0, not --flavour elasticsearch: leave that out/ },
  },
  {
    what: '--flavour serverless for one that is not',
    headers: ELASTIC,
    body: root('9.4.3', { build_flavor: 'default' }),
    asked: { flavour: 'serverless' },
    is: { code: 'E_CLUSTER_REFUSED', message: /Elasticsearch 9\.4\.3, not --flavour serverless/ },
  },
];

for (const { what, status = 200, headers = {}, body, asked = {}, is, amazon = null } of CASES) {
  test(what, async (t) => {
    const seen: (string | undefined)[] = [];
    const origin = await serve(t, (incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url}`);
      outgoing.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const found = discoverCluster(new ClusterApi(client(t, [origin])), asked, NEVER);
    if (typeof is === 'string') {
      const cluster = await found;
      assert.deepEqual([describeCluster(cluster), cluster.amazon], [is, amazon]);
    } else {
      await assert.rejects(found, is);
    }
    const isSilent = status === 403 && Object.keys(headers).length === 0 && asked.flavour === undefined;
    const isAskedAgain = isSilent && what !== 'a 403 for a wrong signature' && asked.sigv4 === undefined;
    assert.deepEqual(seen, isAskedAgain ? ['GET /', 'GET /_security/_authenticate'] : ['GET /']);
  });
}

test('a key that may only write: Elasticsearch names itself where anybody may ask who he is', async (t) => {
  const origin = await serve(t, ({ url }, outgoing) => {
    if (url === '/_security/_authenticate') outgoing.writeHead(200, ELASTIC).end('{"username":"u"}');
    else outgoing.writeHead(403).end(JSON.stringify(DENIED));
  });
  const cluster = await discoverCluster(new ClusterApi(client(t, [origin])), {}, NEVER);
  assert.equal(describeCluster(cluster), 'Elasticsearch (version not told)');
});

test('Amazon OpenSearch Serverless is not asked', async (t) => {
  const api = new ClusterApi(client(t, [await deadOrigin()]));
  const cluster = await discoverCluster(api, { sigv4: 'aoss' }, NEVER);
  assert.deepEqual(cluster, { product: 'opensearch', version: null, isServerless: true, amazon: 'aoss' });
  assert.equal(describeCluster(cluster), 'Amazon OpenSearch Serverless');
});
