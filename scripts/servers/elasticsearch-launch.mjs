// How Elasticsearch is run from its home folder: its configuration, the command, and the user it runs as.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotBeHad } from './cache.mjs';
import { makeCertificates } from './certificates.mjs';

const ACCESS = { user: 'elastic-test', password: 'changeme' };

/** ACCESS in a file realm: PBKDF2 of the password, so that the server's own tool for it is not needed. */
const USERS =
  'elastic-test:{PBKDF2}10000$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=$ovF5azdtpQ/tUii8mpSnqjgfdoKB0BGxWfgTPCuC5Xk=\n';

const SECURITY = `xpack.security.enabled: true
xpack.security.http.ssl.certificate: node.pem
xpack.security.http.ssl.key: node-key.pem
xpack.security.http.ssl.certificate_authorities: ["ca.pem"]
`;

/** The server refuses to be root; then it runs as the user and group `nobody` has almost everywhere. */
const NOBODY = '65534';
const isRoot = process.getuid?.() === 0;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

/** Lays the configuration into `folder`; returns the credentials that its security asks for, or null. */
export function configureElasticsearch({ home }, folder, { heap, security, tls }) {
  const config = join(folder, 'config');
  for (const name of ['config', 'config/jvm.options.d', 'data', 'logs', 'tmp']) mkdirSync(join(folder, name));
  for (const name of ['log4j2.properties', 'role_mapping.yml', 'roles.yml']) {
    copyFileSync(join(home, 'config', name), join(config, name));
  }
  const options = readFileSync(join(home, 'config', 'jvm.options'), 'utf8').split('\n');
  const kept = options.filter((line) => !/^-Xlog|HeapDump|ErrorFile/.test(line));
  writeFileSync(join(config, 'jvm.options'), kept.join('\n'));
  writeFileSync(join(config, 'jvm.options.d', 'heap.options'), `-Xms${heap}\n-Xmx${heap}\n`);
  if (security) {
    makeCertificates(config);
    writeFileSync(join(config, 'users'), USERS);
    writeFileSync(join(config, 'users_roles'), `superuser:${ACCESS.user}\n`);
  }
  const secured = security ? `${SECURITY}xpack.security.http.ssl.enabled: ${tls}\n` : 'xpack.security.enabled: false\n';
  writeFileSync(join(config, 'elasticsearch.yml'), `xpack.security.autoconfiguration.enabled: false\n${secured}`);
  if (isRoot) makeReachable(home, folder);
  return security ? ACCESS : null;
}

/** The command that runs it in `folder`; it writes the id of the server's process, a child of its own, to `pidFile`. */
export function elasticsearchCommand({ home: installed, java }, folder, { optimized, settings }) {
  const home = existsSync(join(folder, 'home')) ? join(folder, 'home') : installed;
  const config = join(folder, 'config');
  const pidFile = join(folder, 'pid');
  const launcher = existsSync(join(home, 'lib', 'tools', 'server-launcher'))
    ? ['-cp', join(home, 'lib', 'tools', 'server-launcher', '*'), 'org.elasticsearch.server.launcher.ServerLauncher']
    : [
        '-Dcli.name=server',
        '-Dcli.script=elasticsearch',
        '-Dcli.libs=lib/tools/server-cli',
        `-Des.path.home=${home}`,
        `-Des.path.conf=${config}`,
        '-Des.distribution.type=tar',
        '-Des.java.type=ES_JAVA_HOME',
        '-cp',
        `${join(home, 'lib', '*')}:${join(home, 'lib', 'cli-launcher', '*')}`,
        'org.elasticsearch.launcher.CliToolLauncher',
      ];
  const given = Object.entries(settings).map(([key, value]) => `-E${key}=${value}`);
  const run = [java.binary, '-Xmx64m', '-XX:+UseSerialGC', ...launcher, '-p', pidFile, ...given];
  return {
    command: [...(isRoot ? asNobody : []), ...run],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      HOSTNAME: 'localhost',
      ES_HOME: home,
      ES_PATH_CONF: config,
      ES_TMPDIR: join(folder, 'tmp'),
      ES_DISTRIBUTION_TYPE: 'tar',
      JAVA: java.binary,
      JAVA_TYPE: 'ES_JAVA_HOME',
      ES_JAVA_HOME: java.home,
      CLI_JAVA_OPTS: '-Xms4m -Xmx64m -XX:+UseSerialGC',
      // By itself it takes hold of all of its heap at once: 0.4 GB more.
      ES_JAVA_OPTS: optimized ? '' : '-XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch',
    },
    cwd: home, // it looks for its modules in the current folder
    pidFile,
    archive: null,
  };
}

/** Gives `folder` to the server's user, and where he may not read the home folder, as below /root, links it there. */
function makeReachable(home, folder) {
  const [command, ...args] = asNobody;
  const { error, status } = spawnSync(command, [...args, 'test', '-r', join(home, 'lib')], { timeout: 10_000 });
  if (error?.code === 'ENOENT') {
    throw new CannotBeHad(
      'THERE IS NO setpriv HERE (util-linux), and Elasticsearch refuses to run as root: be another user',
    );
  }
  if (status !== 0) linkAll(home, join(folder, 'home'));
  spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, ...readdirSync(folder).filter((name) => name !== 'home')], {
    cwd: folder,
  });
  spawnSync('chown', [`${NOBODY}:${NOBODY}`, folder]);
}

/** The files of `from` under the same names below `to`, by hard links, or as copies where it is another file system. */
function linkAll(from, to) {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      linkAll(source, target);
    } else {
      try {
        linkSync(source, target);
      } catch {
        copyFileSync(source, target);
      }
    }
  }
}
