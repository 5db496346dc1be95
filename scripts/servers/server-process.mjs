// One server of the end-to-end tests as a process: started, killed, started again on the same data and port, stopped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installElasticsearch } from './elasticsearch.mjs';
import { configureElasticsearch, elasticsearchCommand } from './elasticsearch-launch.mjs';
import { installOpenSearch } from './opensearch.mjs';
import { configureOpenSearch, openSearchCommand } from './opensearch-launch.mjs';

const PRODUCTS = {
  opensearch: { install: installOpenSearch, configure: configureOpenSearch, command: openSearchCommand },
  elasticsearch: { install: installElasticsearch, configure: configureElasticsearch, command: elasticsearchCommand },
};

const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 30_000;
const POLL_MS = 100;
const HEALTH = '/_cluster/health?wait_for_status=yellow&wait_for_no_initializing_shards=true&timeout=30s';

/**
 * A server whose data, logs and configuration lie in a temporary folder, which `stop` removes.
 *
 * Options: `version` ('newest'), `security`, `tls` (which needs security: it comes with it), `heap` ('1g'), `settings`
 * ({key: value}), `optimized` (with the compiler that makes a long run fast and a start slow).
 */
export class ServerProcess {
  #product;
  #installed;
  #options;
  #folder;
  #child = null;
  #pidFile = null;
  #archive = null;
  #ending = false;
  #port = 0;
  /** The credentials that it asks for, or null. */
  access;
  /** Paths of the authority, and of a client's certificate and key signed by it, or null without TLS. */
  tls = null;

  /** Installs the server where need be, and configures it. Throws CannotBeHad. */
  constructor(product, { version, security, tls = false, heap = '1g', settings = {}, optimized = false } = {}) {
    this.#product = PRODUCTS[product];
    this.#options = { security: Boolean(security || tls), tls, heap, settings, optimized };
    this.#installed = this.#product.install({ version, security: this.#options.security });
    this.#folder = mkdtempSync(join(tmpdir(), `flowbulk-${product}-`));
    try {
      this.access = this.#product.configure(this.#installed, this.#folder, this.#options);
    } catch (cause) {
      rmSync(this.#folder, { recursive: true, force: true });
      throw cause;
    }
    if (tls) {
      const [ca, cert, key] = ['ca.pem', 'client.pem', 'client-key.pem'].map((name) => this.#file('config', name));
      this.tls = { ca, cert, key };
    }
  }

  get version() {
    return this.#installed.version;
  }

  get url() {
    return `${this.tls === null ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  /** The id of the server's own process, which may be a child of the one that was started. */
  get pid() {
    const written = this.#pidFile !== null && existsSync(this.#pidFile) ? readFileSync(this.#pidFile, 'utf8') : '';
    return Number.parseInt(written, 10) || this.#child?.pid;
  }

  /**
   * Starts it, on the port it had before if it had one, and waits until it answers. Throws with what it said last.
   * `crashed` is called with an error of that kind when it ends later without having been told to.
   */
  async start(crashed) {
    rmSync(this.#file('logs', 'http.ports'), { force: true });
    rmSync(this.#file('pid'), { force: true });
    const launch = this.#product.command(this.#installed, this.#folder, {
      ...this.#options,
      settings: {
        'node.name': 'n1',
        'node.portsfile': 'true',
        'path.data': this.#file('data'),
        'path.logs': this.#file('logs'),
        'http.host': '127.0.0.1',
        'http.port': this.#port,
        'transport.host': '127.0.0.1',
        'transport.port': 0,
        'discovery.type': 'single-node',
        'cluster.routing.allocation.disk.threshold_enabled': 'false',
        ...this.#options.settings,
      },
    });
    const log = openSync(this.#file('out.log'), 'a');
    const [command, ...args] = launch.command;
    const { env, cwd } = launch;
    // A process group of its own: a Ctrl-C at the terminal is not for it, and it is killed with its children.
    this.#child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#ending = false;
    this.#pidFile = launch.pidFile ?? null;
    this.#archive = launch.archive;
    this.#child.once('error', () => {}); // `exit` never comes then; #isRunning tells
    await this.#untilHealthy();
    this.#child.once('exit', () => this.#ending || crashed(this.#failure('ended by itself')));
  }

  /** Kills it with SIGKILL, as a crash would; its data stays. */
  async kill() {
    this.#archive = null;
    await this.#end('SIGKILL');
  }

  /** Ends it and removes all it has written. */
  async stop() {
    // Nothing of its data is kept, so it need not end in good order, unless it is to write the class archive.
    const archive = this.#archive;
    try {
      await this.#end(archive === null ? 'SIGKILL' : 'SIGTERM');
      if (archive !== null && existsSync(archive.written)) keepFile(archive.written, archive.kept);
    } finally {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  #file(...names) {
    return join(this.#folder, ...names);
  }

  #isRunning() {
    const child = this.#child;
    return child !== null && child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  async #end(signal) {
    if (!this.#isRunning()) return;
    this.#ending = true;
    const ended = once(this.#child, 'exit');
    const killAll = () => sendSignal(-this.#child.pid, 'SIGKILL');
    // The server first: one that was started by a launcher is then waited for by that, which ends by itself.
    if (!sendSignal(this.pid, signal)) killAll();
    const hard = setTimeout(killAll, signal === 'SIGKILL' ? 2_000 : STOP_LIMIT_MS);
    await ended;
    clearTimeout(hard);
    killAll();
  }

  async #untilHealthy() {
    for (const began = Date.now(); ; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
      if (!this.#isRunning()) throw this.#failure('ended while it started');
      if (Date.now() - began > START_LIMIT_MS) {
        await this.kill();
        throw this.#failure(`did not start in ${START_LIMIT_MS / 1000} s`);
      }
      const ports = this.#file('logs', 'http.ports');
      const port = /^127\.0\.0\.1:(\d+)$/m.exec(existsSync(ports) ? readFileSync(ports, 'utf8') : '')?.[1];
      if (port !== undefined) {
        this.#port = Number(port);
        if ((await this.#status(HEALTH)) === 200) return;
      }
    }
  }

  /** The status of a GET, or null where nothing answers. */
  #status(path) {
    const { access, tls } = this;
    const options = {
      timeout: 60_000,
      agent: false,
      ...(access === null ? {} : { auth: `${access.user}:${access.password}` }),
      ...(tls === null ? {} : Object.fromEntries(Object.entries(tls).map(([key, file]) => [key, readFileSync(file)]))),
    };
    return new Promise((resolve) => {
      const request = (tls === null ? http : https).get(`${this.url}${path}`, options, (response) => {
        response.resume().once('close', () => resolve(response.statusCode));
      });
      request.once('timeout', () => request.destroy()).once('error', () => resolve(null));
    });
  }

  #failure(what) {
    const lines = readFileSync(this.#file('out.log'), 'utf8').trimEnd().split('\n');
    const last = lines.filter((line) => !/^\s+(at|\.\.\.) /.test(line)).slice(-20);
    return new Error(`${this.#installed.product} ${this.version} ${what}:\n${last.join('\n')}`);
  }
}

/** Whether there was someone to send it to. */
function sendSignal(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Copies a file so that nobody sees half of it, to a folder that may be on another file system, or not writable. */
function keepFile(from, to) {
  const temporary = `${to}.${process.pid}`;
  try {
    copyFileSync(from, temporary);
    renameSync(temporary, to);
  } catch {
    rmSync(temporary, { force: true }); // it only makes the next start faster
  }
}
