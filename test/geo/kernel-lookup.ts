/** The kernel's look-up alone, compiled to WebAssembly for tests. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** What `workers/kernel/lookup.ts` exports. */
export interface KernelLookup {
  bindTables(image: number): void;
  lookup4(address: number): number;
  lookup6(high: bigint, low: bigint): number;
  asPointer(pair: number): number;
  asLength(pair: number): number;
  geoPointer(pair: number): number;
  geoLength(pair: number): number;
}

const PAGE_BYTES = 65_536;

/** Compiles the look-up as the kernel is compiled. */
export async function compileLookup(): Promise<WebAssembly.Module> {
  const root = projectRoot();
  const folder = mkdtempSync(join(tmpdir(), 'flowbulk-test-lookup-'));
  try {
    const outFile = join(folder, 'lookup.wasm');
    const flags = '--runtime stub --enable simd --enable threads --importMemory --sharedMemory --initialMemory 1';
    const limits = '--maximumMemory 65536 -O3 --noAssert';
    const { error, stderr } = await asc.main([
      'workers/kernel/lookup.ts',
      ...['--baseDir', root, '--outFile', relative(root, outFile)],
      ...`${flags} ${limits}`.split(' '),
    ]);
    if (error !== null) throw new Error(`lookup.ts does not compile: ${error.message}\n${stderr.toString()}`);
    return new WebAssembly.Module(readFileSync(outFile));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts an image into a fresh shared memory, not at its start, and binds the look-up to it. */
export function bindLookup(
  module: WebAssembly.Module,
  image: Uint8Array,
): { lookup: KernelLookup; memory: Uint8Array } {
  const at = 3 * PAGE_BYTES;
  const pages = Math.ceil((at + image.length) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
  new Uint8Array(memory.buffer).set(image, at);
  const abort = (): never => {
    throw new Error('the look-up aborted');
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const lookup = exports as unknown as KernelLookup;
  lookup.bindTables(at);
  return { lookup, memory: new Uint8Array(memory.buffer) };
}

/** The folder of package.json, from the source or from the compiled test. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      readFileSync(join(folder, 'workers', 'kernel', 'lookup.ts'));
      return folder;
    } catch {
      if (dirname(folder) === folder) throw new Error('workers/kernel/lookup.ts is not above this test');
      folder = dirname(folder);
    }
  }
}
