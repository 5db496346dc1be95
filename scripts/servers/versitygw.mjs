// Finds versitygw, the S3 server of the end-to-end tests, or installs it with Go; prints the path of its binary.
//
//   node scripts/servers/versitygw.mjs
//
// It lies in a cache folder outside the checkout: the first time takes a minute or two, later ones nothing.
// versitygw keeps buckets as folders of a file system: https://github.com/versity/versitygw
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asProgram, CannotBeHad, installOnce } from './cache.mjs';

const VERSION = 'v1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;

function install(folder) {
  process.stderr.write(`installing versitygw ${VERSION} with go install (once, a minute or two) …\n`);
  const { error, status, stderr } = spawnSync('go', ['install', MODULE], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (error?.code === 'ENOENT') {
    throw new CannotBeHad(
      'THERE IS NO GO HERE: versitygw cannot be installed. Get Go 1.24 or later: https://go.dev/dl',
    );
  }
  if (status !== 0) throw new CannotBeHad(`GO COULD NOT INSTALL ${MODULE}:\n${stderr ?? error}`);
}

asProgram(import.meta.url, () => {
  process.stdout.write(`${join(installOnce(`versitygw-${VERSION}`, 'versitygw', install), 'versitygw')}\n`);
});
