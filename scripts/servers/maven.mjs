// Fetches files from Maven Central by the client `mvn`: jars with all they need, single artifacts, folders of a zip.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotBeHad } from './cache.mjs';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';
const TIMEOUT_MS = 1_200_000;

/** Lays the jars of `dependencies` (`group:artifact:version`) and of all they depend on into `folder`. */
export function copyWithDependencies(dependencies, folder) {
  const poms = join(folder, '.pom');
  mkdirSync(poms, { recursive: true });
  writeFileSync(join(poms, 'pom.xml'), pom(dependencies));
  maven(poms, `${PLUGIN}:copy-dependencies`, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime');
  rmSync(poms, { recursive: true });
}

/** Lays one artifact, `group:artifact:version`, into `folder`. */
export function copyArtifact(artifact, folder) {
  maven(folder, `${PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`);
}

/**
 * Unpacks a zip, `group:artifact:version:zip`, into `folder`; with `includes`, only the paths of that pattern.
 * With `repository`, a folder, the zip goes there and not to the repository that Maven keeps in the home folder.
 */
export function unpackZip(artifact, folder, { includes, repository } = {}) {
  maven(
    folder,
    `${PLUGIN}:unpack`,
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${folder}`,
    ...(includes === undefined ? [] : [`-Dmdep.unpack.includes=${includes}`]),
    ...(repository === undefined ? [] : [`-Dmaven.repo.local=${repository}`]),
  );
}

function pom(dependencies) {
  const elements = dependencies.map((one) => {
    const [group, artifact, version] = one.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>flowbulk</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${elements.join('')}</dependencies></project>`;
}

function maven(cwd, ...args) {
  const run = spawnSync('mvn', ['-q', '-B', '-Dstyle.color=never', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (run.error?.code === 'ENOENT') {
    throw new CannotBeHad(
      'THERE IS NO mvn HERE: servers cannot be fetched. Get Maven: https://maven.apache.org/download.cgi',
    );
  }
  if (run.status !== 0) {
    const said = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim() || run.error?.message;
    throw new CannotBeHad(`MAVEN COULD NOT FETCH WHAT THE SERVER NEEDS: ${args.join(' ')}\n${said}`);
  }
}
