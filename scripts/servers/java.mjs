// Finds the Java runtimes of this machine: JAVA_HOME, the PATH, and the folders where systems keep them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CannotBeHad } from './cache.mjs';

const FOLDERS = [
  { below: '/usr/lib/jvm', java: 'bin/java' },
  { below: '/Library/Java/JavaVirtualMachines', java: 'Contents/Home/bin/java' },
];

/**
 * The first of `releases` (newest first; `{version, java: [from, to]}`) for which there is a Java, and that Java:
 * `{release, java: {home, binary, major, version}}`. With a version as `wanted`, only that release counts.
 */
export function releaseForThisMachine(product, releases, wanted = 'newest') {
  const known = releases.map(({ version }) => version).join(', ');
  const candidates = wanted === 'newest' ? releases : releases.filter(({ version }) => version === wanted);
  if (candidates.length === 0) {
    throw new RangeError(`${product} ${wanted} is not known here, only: ${known}`);
  }
  const found = allJava();
  for (const release of candidates) {
    const [from, to] = release.java;
    const java = found.find(({ major }) => major >= from && major <= to);
    if (java !== undefined) return { release, java };
  }
  const needs = candidates.map(({ version, java: [from, to] }) => `${version} ${range(from, to)}`).join(' OR ');
  const here = found.map(({ home, version }) => `${version} in ${home}`).join(', ') || 'none';
  throw new CannotBeHad(
    `NO JAVA FOR ${product.toUpperCase()}: IT NEEDS ${needs}. Found: ${here}. Install one, or set JAVA_HOME.`,
  );
}

const range = (from, to) => (to === Infinity ? `JAVA ${from} OR LATER` : `JAVA ${from} TO ${to}`);

let all;

function allJava() {
  all ??= [...new Set(binaries())].flatMap((binary) => describe(binary) ?? []);
  return all;
}

function* binaries() {
  if (process.env.JAVA_HOME) yield join(process.env.JAVA_HOME, 'bin', 'java');
  for (const folder of (process.env.PATH ?? '').split(delimiter)) yield join(folder, 'java');
  for (const { below, java } of FOLDERS) {
    for (const name of existsSync(below) ? readdirSync(below).sort() : []) yield join(below, name, java);
  }
}

/** Asks it where it lies: a `java` on the PATH may be a link, or a script that chooses one. */
function describe(binary) {
  if (!existsSync(binary)) return null;
  const { stderr } = spawnSync(binary, ['-XshowSettings:properties', '-version'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  const home = /^\s*java\.home = (.+)$/m.exec(stderr ?? '')?.[1];
  const version = /^\s*java\.version = (\S+)$/m.exec(stderr ?? '')?.[1];
  if (home === undefined || version === undefined) return null;
  return { home, binary: join(home, 'bin', 'java'), version, major: Number.parseInt(version, 10) };
}
