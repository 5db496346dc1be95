/**
 * Real OpenSearch and Elasticsearch servers for one test file, on loopback, on ports of the system's choice.
 *
 * scripts/servers/start.mjs runs each in a process of its own, which ends the server when its standard input does: also
 * when the test file is killed or crashes. Where a server cannot be had, tests are skipped loudly, or fail where CI is set.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

type Product = 'elasticsearch' | 'opensearch';

/** A running server. */
export interface ClusterServer {
  readonly product: Product;
  /** Such as `9.4.3`. */
  readonly version: string;
  /** `http://127.0.0.1:PORT`, with TLS `https://…`; the same after `startAgain`. */
  readonly url: string;
  /** The server's own process; another one after `startAgain`. */
  readonly pid: number;
  /** With security, a user who may do everything. */
  readonly user?: string;
  readonly password?: string;
  /** With TLS, paths of PEM files: the authority, and a client's certificate and key signed by it. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Kills it with SIGKILL; `startAgain` runs it on the same data and the same port. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  /** Ends it and removes all it has written. */
  stop(): Promise<void>;
}

/** What a server is started with. */
export interface ServerOptions {
  /** Settings of the server, such as `{ 'http.max_content_length': '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Basic authentication and, in Elasticsearch, API keys. */
  readonly security?: boolean;
  /** HTTPS with an authority of the server's own; security comes with it. */
  readonly tls?: boolean;
  /** Such as `512m`; 1 GB otherwise. */
  readonly heap?: string;
}

/** The exit code of start.mjs that says a server cannot be had on this machine. */
const CANNOT_BE_HAD = 3;

/** OpenSearch: the newest version that the Java here allows; null where it cannot be had. Throws in CI, or if it fails. */
export function startOpenSearch(options: ServerOptions = {}, version?: string): Promise<ClusterServer | null> {
  return start('opensearch', options, version);
}

/** Elasticsearch, likewise. It is a trimmed one: no ILM, no `_data_stream` API, and fewer field types. */
export function startElasticsearch(options: ServerOptions = {}, version?: string): Promise<ClusterServer | null> {
  return start('elasticsearch', options, version);
}

async function start(product: Product, options: ServerOptions, version?: string): Promise<ClusterServer | null> {
  const flags = [
    ...(version === undefined ? [] : ['--version', version]),
    ...(options.security ? ['--security'] : []),
    ...(options.tls ? ['--tls'] : []),
    ...(options.heap === undefined ? [] : ['--heap', options.heap]),
    ...Object.entries(options.settings ?? {}).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ];
  const script = join(checkout(), 'scripts', 'servers', 'start.mjs');
  const keeper = spawn(process.execPath, [script, product, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  keeper.stdin.on('error', () => {}); // it has ended, which its output tells
  const ended = once(keeper, 'exit') as Promise<[code: number | null]>;
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();

  /** Reads what it says up to the line `last`: `KEY=value` a line. Null where it ends before. */
  const report = async (last: string): Promise<Map<string, string> | null> => {
    const facts = new Map<string, string>();
    for (;;) {
      const { done, value } = await lines.next();
      if (done) return null;
      if (value === last) return facts;
      facts.set(value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1));
    }
  };
  const command = async (word: string, answer: string): Promise<Map<string, string>> => {
    keeper.stdin.write(`${word}\n`);
    const facts = await report(answer);
    if (facts === null) throw new Error(`${product} did not ${word}: what start.mjs said is above`);
    return facts;
  };

  const facts = await report('READY');
  if (facts === null) {
    return noServer(product, (await ended)[0]);
  }
  const fact = (key: string) => facts.get(key) ?? '';
  let pid = Number(fact('PID'));
  return {
    product,
    version: fact('VERSION'),
    url: fact('URL'),
    get pid() {
      return pid;
    },
    ...(facts.has('USER') ? { user: fact('USER'), password: fact('PASSWORD') } : {}),
    ...(facts.has('CA') ? { tls: { ca: fact('CA'), cert: fact('CERT'), key: fact('KEY') } } : {}),
    async kill() {
      await command('kill', 'KILLED');
    },
    async startAgain() {
      pid = Number((await command('start', 'READY')).get('PID'));
    },
    async stop() {
      keeper.stdin.end();
      await ended;
    },
  };
}

function noServer(product: Product, code: number | null): null {
  if (code !== CANNOT_BE_HAD) {
    throw new Error(`${product} did not start: what start.mjs said is above (exit code ${code})`);
  }
  if (process.env['CI']) {
    throw new Error(`CI is set and ${product} cannot be had: its tests did not run`);
  }
  process.stderr.write(`SKIPPED: THE TESTS WITH ${product.toUpperCase()} DID NOT RUN, FOR WANT OF A SERVER\n`);
  return null;
}

/** The folder of the checkout, above this file, compiled or not. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'scripts', 'servers'))) {
    folder = dirname(folder);
  }
  return folder;
}
