// Finds OpenSearch, for the end-to-end tests, or fetches its jars from Maven Central; prints its home folder.
//
//   node scripts/servers/opensearch.mjs [--version 3.8.0 | 2.19.6 | newest] [--security]
//
// It lies in a cache folder outside the checkout: the first time takes a minute or two, later ones nothing. `newest`,
// the default, is the newest that the Java here allows. --security: a version with the security plugin (basic auth, roles, TLS).
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asProgram, installOnce } from './cache.mjs';
import { releaseForThisMachine } from './java.mjs';
import { copyArtifact, copyWithDependencies, unpackZip } from './maven.mjs';

/** 2.x needs the security manager, which is gone from Java 24 on. */
const PLAIN = [
  { version: '3.8.0', java: [21, Infinity] },
  { version: '2.19.6', java: [17, 23] },
];
/** The plugin's version must be the server's, and Maven Central has it for few versions. */
const SECURE = [{ version: '3.4.0', java: [21, Infinity] }];

/**
 * The modules of the server: folder, artifact, what it extends, and the libraries that lie beside it. These must not be on
 * the class path: under the security manager of 2.x a module's rights hold for its own folder only.
 */
const MODULES = [
  { name: 'transport-netty4', artifact: 'transport-netty4-client', libraries: /^(netty-|opensearch-netty4-)/ },
  { name: 'lang-painless', libraries: /^(opensearch-scripting-painless-spi|asm|antlr4)-/ },
  { name: 'ingest-common', extended: 'lang-painless' },
  { name: 'mapper-extras', artifact: 'mapper-extras-client' },
  { name: 'analysis-common', extended: 'lang-painless' },
  {
    name: 'reindex',
    artifact: 'reindex-client',
    libraries:
      /^(commons-codec|commons-logging|http(async)?client|httpcore|opensearch-rest-client|opensearch-ssl-config|slf4j-api)\d?-/,
  },
];

const hasSecurityManager = (version) => version.startsWith('2.');

/** Finds or fetches it: `{product, version, home, java, security}`. Throws CannotBeHad. */
export function installOpenSearch({ version: wanted, security = false } = {}) {
  const product = security ? 'OpenSearch with its security plugin' : 'OpenSearch';
  const { release, java } = releaseForThisMachine(product, security ? SECURE : PLAIN, wanted);
  const { version } = release;
  const home = installOnce(`opensearch-${version}${security ? '-security' : ''}`, 'plugins', (folder) => {
    process.stderr.write(`fetching ${product} ${version} with mvn (once, a minute or two) …\n`);
    fetchServer(folder, release);
    mkdirSync(join(folder, 'plugins'));
    if (security) fetchSecurityPlugin(join(folder, 'plugins', 'opensearch-security'), version);
  });
  return { product: 'opensearch', version, home, java, security };
}

function fetchServer(folder, release) {
  const { version } = release;
  const lib = join(folder, 'lib');
  const artifactOf = ({ name, artifact = name }) => artifact;
  copyWithDependencies(
    [
      `org.opensearch:opensearch:${version}`,
      `org.opensearch:opensearch-plugin-classloader:${version}`,
      ...(hasSecurityManager(version) ? [] : [`org.opensearch:opensearch-agent-bootstrap:${version}`]),
      ...MODULES.map((module) => `org.opensearch.plugin:${artifactOf(module)}:${version}`),
      `org.opensearch.plugin:opensearch-scripting-painless-spi:${version}`,
    ],
    lib,
  );
  // The server's POM leaves log4j-core out as optional, yet its main class needs it, of log4j-api's version.
  const log4j = readdirSync(lib).flatMap((name) => /^log4j-api-(.+)\.jar$/.exec(name)?.[1] ?? [])[0];
  copyArtifact(`org.apache.logging.log4j:log4j-core:${log4j}`, lib);
  for (const module of MODULES) {
    const own = join(folder, 'modules', module.name);
    const jar = `${artifactOf(module)}-${version}.jar`;
    mkdirSync(own, { recursive: true });
    for (const name of readdirSync(lib).filter((one) => one === jar || module.libraries?.test(one))) {
      renameSync(join(lib, name), join(own, name));
    }
    describeModule(own, module, join(own, jar), release);
  }
}

/** Writes what the distribution has beside a module's jars and Maven Central has not. */
function describeModule(own, { name, extended = '' }, jar, { version, java }) {
  const lines = [
    `name=${name}`,
    `description=${name}`,
    `version=${version}`,
    `opensearch.version=${version}`,
    `java.version=${hasSecurityManager(version) ? 11 : java[0]}`,
    `classname=${pluginClass(jar)}`,
    `extended.plugins=${extended}`,
    'has.native.controller=false',
  ];
  writeFileSync(join(own, 'plugin-descriptor.properties'), `${lines.join('\n')}\n`);
  if (hasSecurityManager(version)) {
    writeFileSync(join(own, 'plugin-security.policy'), 'grant { permission java.security.AllPermission; };\n');
  }
}

/** The class that the server loads, by the names in the jar's directory, which are not compressed. */
function pluginClass(jar) {
  const names =
    /org\/opensearch\/(?:[a-z0-9]+\/)*(?:Netty4|Painless|IngestCommon|MapperExtras|CommonAnalysis|Reindex)(?:Module)?Plugin(?=\.class)/;
  const [found] = names.exec(readFileSync(jar, 'latin1')) ?? [];
  if (found === undefined) throw new Error(`${jar} has no class of a plugin`);
  return found.replaceAll('/', '.');
}

function fetchSecurityPlugin(folder, version) {
  mkdirSync(folder);
  unpackZip(`org.opensearch.plugin:opensearch-security:${version}.0:zip`, folder);
  // It extends a plugin which is not fetched: that is made optional, and the one library it needs of it is put in.
  const descriptor = join(folder, 'plugin-descriptor.properties');
  const extended = 'extended.plugins=workload-management;optional=true,rule-framework;optional=true';
  writeFileSync(descriptor, readFileSync(descriptor, 'utf8').replace(/^extended\.plugins=.*$/m, extended));
  if (!existsSync(join(folder, 'commons-collections4-4.5.0.jar'))) {
    copyArtifact('org.apache.commons:commons-collections4:4.5.0', folder);
  }
}

asProgram(import.meta.url, (args) => {
  const { values } = parseArgs({ args, options: { version: { type: 'string' }, security: { type: 'boolean' } } });
  process.stdout.write(`${installOpenSearch(values).home}\n`);
});
