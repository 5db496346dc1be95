// How OpenSearch is run from its home folder: its configuration, and the command.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from './certificates.mjs';

/** Of the security plugin's own demonstration users. */
const ACCESS = { user: 'admin', password: 'admin' };

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

/** The plugin insists on TLS between nodes, even of one. */
const SECURITY = `plugins.security.ssl.transport.pemcert_filepath: node.pem
plugins.security.ssl.transport.pemkey_filepath: node-key.pem
plugins.security.ssl.transport.pemtrustedcas_filepath: ca.pem
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.ssl.http.pemcert_filepath: node.pem
plugins.security.ssl.http.pemkey_filepath: node-key.pem
plugins.security.ssl.http.pemtrustedcas_filepath: ca.pem
plugins.security.allow_default_init_securityindex: true
plugins.security.restapi.roles_enabled: ["all_access", "security_rest_api_access"]
plugins.security.nodes_dn: ["CN=node"]
plugins.security.authcz.admin_dn: ["CN=admin"]
plugins.security.audit.type: noop
`;

/** Lays the configuration into `folder`; returns the credentials that its security asks for, or null. */
export function configureOpenSearch({ home, security }, folder, { tls }) {
  const config = join(folder, 'config');
  for (const name of ['config', 'data', 'logs', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(config, 'log4j2.properties'), LOGGING);
  writeFileSync(join(config, 'opensearch.yml'), '');
  if (!security) return null;
  makeCertificates(config);
  writeFileSync(join(config, 'opensearch.yml'), `${SECURITY}plugins.security.ssl.http.enabled: ${tls}\n`);
  const [from, to] = [join(home, 'plugins', 'opensearch-security', 'config'), join(config, 'opensearch-security')];
  mkdirSync(to);
  for (const name of readdirSync(from).filter((one) => one.endsWith('.yml'))) {
    copyFileSync(join(from, name), join(to, name));
    chmodSync(join(to, name), 0o600);
  }
  return ACCESS;
}

/** The command that runs it in `folder`, and the class archive that it writes when it ends, or null. */
export function openSearchCommand({ home, version, java }, folder, { heap, optimized, settings }) {
  // Classes that are loaded and checked beforehand make it start in a third of the CPU time.
  const archive = join(home, `classes-${java.version}.jsa`);
  const written = existsSync(archive) ? null : join(folder, 'classes.jsa');
  const options = [
    `-Xms${heap}`,
    `-Xmx${heap}`,
    '-XX:+UseG1GC',
    ...(optimized ? [] : ['-XX:TieredStopAtLevel=1']),
    written === null ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${written}`,
    ...(version.startsWith('2.') ? ['-Djava.security.manager=allow'] : []),
    `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
    // JNA's native part is made unloadable: without it the server cannot see that it runs as root, which it refuses to.
    '-Djna.nosys=true',
    '-Djna.nounpack=true',
    '-Djna.boot.library.path=/nonexistent',
    '-Dio.netty.noUnsafe=true',
    '-Dio.netty.noKeySetOptimization=true',
    '-Dio.netty.recycler.maxCapacityPerThread=0',
    '-Dlog4j2.disable.jmx=true',
    '-Dlog4j.shutdownHookEnabled=false',
    '--enable-native-access=ALL-UNNAMED',
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(folder, 'config')}`,
    '-Dopensearch.distribution.type=tar',
    '-Dopensearch.bundled_jdk=false',
  ];
  const given = Object.entries(settings).map(([key, value]) => `-E${key}=${value}`);
  return {
    command: [java.binary, ...options, '-cp', join(home, 'lib', '*'), 'org.opensearch.bootstrap.OpenSearch', ...given],
    env: process.env,
    cwd: home,
    archive: written === null ? null : { written, kept: archive },
  };
}
