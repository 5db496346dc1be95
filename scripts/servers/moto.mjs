// Finds moto, the server of AWS's interfaces (SQS, CloudWatch Logs, EC2) for the end-to-end tests, or installs it with
// pip; prints the folder of its Python packages, for PYTHONPATH.
//
//   node scripts/servers/moto.mjs
//
// It lies in a cache folder outside the checkout: the first time takes a minute, later ones nothing.
// https://docs.getmoto.org/en/latest/docs/server_mode.html
import { spawnSync } from 'node:child_process';
import { asProgram, CannotBeHad, installOnce } from './cache.mjs';

const VERSION = '5.2.5';
const PACKAGE = `moto[server]==${VERSION}`;

/** Python's version, such as 3.13: packages of one are not for another. */
function pythonVersion() {
  const code = 'import sys; print("%d.%d" % sys.version_info[:2])';
  const { error, status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new CannotBeHad('THERE IS NO PYTHON HERE: moto cannot be installed');
  return stdout.trim();
}

function install(folder) {
  process.stderr.write(`installing moto ${VERSION} with pip (once, a minute) …\n`);
  // Not a virtual environment: its programs name the folder that they were made in, and this one is renamed.
  const { status, stderr, error } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, PACKAGE],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 600_000 },
  );
  if (status !== 0) throw new CannotBeHad(`PIP COULD NOT INSTALL ${PACKAGE}:\n${stderr ?? error}`);
}

asProgram(import.meta.url, () => {
  const folder = installOnce(`moto-${VERSION}-python-${pythonVersion()}`, 'moto/server.py', install);
  process.stdout.write(`${folder}\n`);
});
