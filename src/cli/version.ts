/** `flowbulk --version`, and with `--verbose` what it runs on. */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** The version in package.json. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** The version, and the things that decide about speed: Node, the inflate engine, the CPU. */
export async function verboseVersion(): Promise<string> {
  const { inflateEngine, loadZlibSync } = await import('../inflate/engine.ts');
  const both = loadZlibSync() === null ? 'zlib-sync is not built' : 'zlib-sync is built too';
  const engine = inflateEngine();
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return [
    `flowbulk ${version()}`,
    `node     ${process.versions.node} (V8 ${process.versions.v8}, zlib ${process.versions.zlib})`,
    `inflate  ${engine === 'node:zlib' ? `node:zlib (${both})` : engine}`,
    `cpu      ${model}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`,
    '',
  ].join('\n');
}
