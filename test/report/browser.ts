/** A headless Chromium, driven by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'undici';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const START_MS = 30_000;

function installed(): string | null {
  for (const name of NAMES) if (spawnSync(name, ['--version']).status === 0) return name;
  return null;
}

/**
 * The program's name; null where there is none. With CI set it is installed where this is Debian and the user root;
 * throws where that does not help.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const found = installed();
  if (found !== null || env['CI'] === undefined) return found;
  if (process.getuid?.() === 0) {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
      spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000 });
    }
  }
  const now = installed();
  if (now === null) throw new Error('no Chromium, and it could not be installed: apt-get install chromium');
  return now;
}

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  /** The screen, unless it is paper. */
  readonly media?: 'print';
}

interface Message {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** One browser with one page. */
export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  #socket: WebSocket | null = null;
  #session = '';
  #last = 0;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #events = new Map<string, () => void>();
  /** What the page asked for beside itself. */
  readonly requests: string[] = [];

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
  }

  /** Starts the program. */
  static async start(program: string): Promise<Browser> {
    const profile = mkdtempSync(path.join(tmpdir(), 'flowbulk-chromium-'));
    const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
    const plain = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage'];
    const args = [...plain, ...quiet, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const browser = new Browser(child, profile);
    try {
      await browser.#connect(await browser.#address());
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  #address(): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => reject(new Error(`Chromium does not start: ${said}`)), START_MS);
      this.#child.stderr?.on('data', (data) => {
        said += String(data);
        const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (address === undefined) return;
        clearTimeout(timer);
        resolve(address);
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${said}`)));
    });
  }

  async #connect(address: string): Promise<void> {
    const socket = new WebSocket(address);
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`cannot connect to ${address}`)));
    });
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data)) as Message));
    const { targetInfos } = await this.#call('Target.getTargets');
    const page = (targetInfos as { targetId: string; type: string }[]).find(({ type }) => type === 'page');
    const attached = await this.#call('Target.attachToTarget', { targetId: page?.targetId, flatten: true });
    this.#session = attached['sessionId'] as string;
    await this.#call('Page.enable');
    await this.#call('Network.enable');
  }

  #take(message: Message): void {
    if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    if (message.method === 'Network.requestWillBeSent') {
      const { request } = message.params as { request: { url: string } };
      this.requests.push(request.url);
    }
    if (message.method !== undefined) this.#events.get(message.method)?.();
  }

  async #call(method: string, params: Readonly<Record<string, unknown>> = {}) {
    const id = ++this.#last;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#socket?.send(JSON.stringify({ id, method, params, ...(this.#session && { sessionId: this.#session }) }));
    const { result, error } = await answer;
    this.#answers.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Opens a page and waits until it is there. */
  async open(url: string, { width, height, scheme, media }: View): Promise<void> {
    this.requests.length = 0;
    await this.#call('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
    // They would be in the picture, or out of it, as the browser likes.
    await this.#call('Emulation.setScrollbarsHidden', { hidden: true });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#call('Emulation.setEmulatedMedia', { media: media ?? '', features });
    const loaded = new Promise<void>((resolve) => this.#events.set('Page.loadEventFired', resolve));
    await this.#call('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.#call('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })) as {
      result: { value: T };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  /** The whole page as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#call('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(data as string, 'base64');
  }

  /** Ends the program and all that it started. */
  async close(): Promise<void> {
    this.#socket?.close();
    if (this.#child.exitCode === null && this.#child.pid !== undefined) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve));
      // A group of its own, which none but it belongs to.
      process.kill(-this.#child.pid, 'SIGKILL');
      await gone;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
