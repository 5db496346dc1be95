/** The kernel's small parts (workers/kernel/test/parts.ts), compiled as the kernel is. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { HEAP } from '../../workers/kernel/layout.ts';
import { ROOT } from './root.ts';

interface PartExports {
  place(arena: number): void;
  readShortDecimal(from: number, length: number): number;
  readSeconds(from: number, length: number): number;
  isCount(from: number, length: number): number;
  writeDecimal(to: number, value: number): number;
  writeTwelveDigits(to: number, value: number): number;
  readQuad(from: number, length: number): number;
  readIpv6(from: number, length: number, to: number): number;
  sha1FourLanes(): void;
  writeIso(to: number, seconds: number): number;
  writeDate(to: number, seconds: number, place: number): number;
}

const ARENA = 65_536;
/** Texts lie here with hostile bytes around them. */
const TEXT = ARENA + HEAP + 4096;

const ENTRY = 'workers/kernel/test/parts.ts';
const FLAGS =
  '-O3 --noAssert --runtime stub --enable simd --enable threads --enable bulk-memory --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536';

async function compile(): Promise<WebAssembly.Module> {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-test-parts-'));
  try {
    const out = path.join(folder, 'parts.wasm');
    const files = ['--baseDir', ROOT, '--outFile', path.relative(ROOT, out)];
    const { error, stderr } = await asc.main([ENTRY, ...files, ...FLAGS.split(' ')]);
    if (error !== null) throw new Error(`${ENTRY} does not compile: ${error.message}\n${stderr.toString()}`);
    return new WebAssembly.Module(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The parts over a memory of their own. */
export class Parts {
  readonly exports: PartExports;
  readonly arena = ARENA;
  readonly bytes: Buffer;

  private constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: 8, maximum: 65_536, shared: true });
    const abort = (): never => {
      throw new Error('the kernel aborted');
    };
    this.exports = new WebAssembly.Instance(module, { env: { memory, abort } }).exports as PartExports;
    this.bytes = Buffer.from(memory.buffer);
    this.exports.place(ARENA);
  }

  static async load(): Promise<Parts> {
    return new Parts(await compile());
  }

  /** Puts a text (each character a byte) between bytes `around` and gives its address. */
  put(text: string, around = 0x30): number {
    this.bytes.fill(around, TEXT - 32, TEXT + text.length + 64);
    this.bytes.write(text, TEXT, 'latin1');
    return TEXT;
  }

  /** What a writer wrote; what lies past its end does not count. */
  written(write: (to: number) => number): string {
    return this.bytes.toString('latin1', TEXT, write(TEXT));
  }
}
