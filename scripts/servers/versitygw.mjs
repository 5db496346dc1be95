// Finds versitygw, the S3 server of the end-to-end tests, or installs it with Go; prints the path of its binary.
//
//   node scripts/servers/versitygw.mjs
//
// It lies in a cache folder outside the checkout: the first time takes a minute or two, later ones nothing.
// versitygw keeps buckets as folders of a file system: https://github.com/versity/versitygw
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const folder = join(cache, 'flowbulk-servers', `versitygw-${VERSION}`);
const binary = join(folder, 'versitygw');

if (!existsSync(binary)) {
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`installing versitygw ${VERSION} with go install (once, a minute or two) …\n`);
  const install = spawnSync('go', ['install', MODULE], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (install.error?.code === 'ENOENT') {
    process.stderr.write(
      'THERE IS NO GO HERE: versitygw cannot be installed. Get Go 1.24 or later: https://go.dev/dl\n',
    );
    process.exit(1);
  }
  if (install.status !== 0 || !existsSync(binary)) {
    process.stderr.write(`GO COULD NOT INSTALL ${MODULE}:\n${install.stderr ?? install.error}\n`);
    process.exit(1);
  }
}
process.stdout.write(`${binary}\n`);
