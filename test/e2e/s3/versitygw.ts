/**
 * A real S3 server for one test file: versitygw over a temporary folder, on a port of the system's choice.
 *
 * A bucket is a folder and a key a file, so fixtures are laid there as files; they are known to the server as soon as
 * they lie there. Where it cannot be started, tests are skipped loudly, or fail where CI is set.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Credentials of the server's owner. */
export const OWNER = { accessKeyId: 'testkey', secretAccessKey: 'testsecret123' };

/** A running server. */
export interface S3Server {
  readonly port: number;
  readonly endpointUrl: string;
  makeBucket(bucket: string): void;
  /** Lays a file where the server finds it as an object, with an empty ETag. */
  put(bucket: string, key: string, content: string | Uint8Array): void;
  /** Makes a user who has no rights at all. */
  createUser(accessKeyId: string, secretAccessKey: string): void;
  stop(): Promise<void>;
}

/** The path of the binary, installed where need be; null, with a word on stderr, where there is none. Throws in CI. */
export function versitygwBinary(): string | null {
  const script = join(checkout(), 'scripts', 'servers', 'versitygw.mjs');
  try {
    return execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  } catch (cause) {
    if (process.env['CI']) {
      throw new Error('CI is set and versitygw cannot be had: the S3 tests did not run', { cause });
    }
    process.stderr.write('SKIPPED: THE S3 TESTS DID NOT RUN, FOR WANT OF versitygw\n');
    return null;
  }
}

/**
 * Starts a server; `options` go before the backend, such as `--max-requests 1`. Buckets can have versions where
 * `hasVersions`, once that is enabled in them.
 */
export async function startVersitygw(
  binary: string,
  options: readonly string[] = [],
  hasVersions = false,
): Promise<S3Server> {
  const root = mkdtempSync(join(tmpdir(), 'flowbulk-versitygw-'));
  const [data, iam, versions] = [join(root, 'data'), join(root, 'iam'), join(root, 'versions')];
  for (const folder of [data, iam, versions]) mkdirSync(folder);
  const port = await freePort();
  const endpointUrl = `http://127.0.0.1:${port}`;
  const keys = ['--access', OWNER.accessKeyId, '--secret', OWNER.secretAccessKey];
  const given = ['--port', `127.0.0.1:${port}`, ...keys, '--iam-dir', iam, '--keep-alive', '--quiet', ...options];
  const versioning = hasVersions ? ['--versioning-dir', versions] : [];
  const server = spawn(binary, [...given, 'posix', ...versioning, data], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const kill = () => server.kill('SIGKILL');
  // The test runner ends a file that takes too long by SIGTERM, after which no `exit` comes by itself.
  const leave = () => process.exit(1);
  process.once('exit', kill).once('SIGTERM', leave).once('SIGINT', leave);
  await untilAnswers(endpointUrl, server, () => said);
  return {
    port,
    endpointUrl,
    makeBucket(bucket) {
      mkdirSync(join(data, bucket), { recursive: true });
    },
    put(bucket, key, content) {
      const path = join(data, bucket, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    createUser(accessKeyId, secretAccessKey) {
      const admin = ['admin', ...keys, '--endpoint-url', endpointUrl, 'create-user'];
      execFileSync(binary, [...admin, '--access', accessKeyId, '--secret', secretAccessKey, '--role', 'user']);
    },
    async stop() {
      process.off('exit', kill).off('SIGTERM', leave).off('SIGINT', leave);
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGTERM');
        const hard = setTimeout(kill, 5_000);
        await ended;
        clearTimeout(hard);
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(url: string, server: ChildProcess, said: () => string): Promise<void> {
  for (const began = Date.now(); ; ) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) {
      await answer.arrayBuffer();
      return;
    }
    if (server.exitCode !== null || Date.now() - began > 30_000) {
      server.kill('SIGKILL');
      throw new Error(`versitygw did not start at ${url}: ${said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The folder of the checkout, above this file, compiled or not. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'scripts', 'servers'))) {
    folder = dirname(folder);
  }
  return folder;
}
