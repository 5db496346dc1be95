/** The manifests of docs/scale-out.md: they are what they say, and their commands are ones that this program takes. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { parse } from '../../src/cli/parse.ts';
import { findCommand } from '../../src/cli/registry.ts';
import { FINAL_EXITS } from '../../src/schedule/schedule.ts';

function page(name: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'docs', name))) folder = path.dirname(folder);
  return readFileSync(path.join(folder, 'docs', name), 'utf8');
}

function blocks(name: string, language: string): readonly string[] {
  const all = page(name).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...all].map(([, text = '']) => text);
}

interface Pod {
  readonly containers: readonly [{ readonly name: string; readonly args: readonly string[] }];
}

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly template: { readonly spec: Pod };
    readonly podFailurePolicy?: { readonly rules: readonly { readonly onExitCodes?: { readonly values: number[] } }[] };
  };
}

async function isTaken([name = '', ...argv]: readonly string[]): Promise<void> {
  assert.equal(parse(await findCommand(name), argv, {}).help, false);
}

test('Deployment and Indexed Job are YAML whose arguments are taken', async () => {
  const manifests = blocks('scale-out.md', 'yaml').flatMap((text) =>
    parseAllDocuments(text).map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as Manifest;
    }),
  );
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ['Deployment', 'Job'],
  );
  for (const { spec } of manifests) {
    const [{ name, args }] = spec.template.spec.containers;
    assert.equal(name, 'flowbulk');
    await isTaken(args);
    for (const { onExitCodes } of spec.podFailurePolicy?.rules ?? []) {
      if (onExitCodes !== undefined) assert.deepEqual(onExitCodes.values, FINAL_EXITS);
    }
  }
});

test('policies are JSON, and the array job’s command is taken', async () => {
  const values = [...blocks('scale-out.md', 'json'), ...blocks('sqs.md', 'json')].map((text) => JSON.parse(text));
  const jobs = values.filter(({ containerProperties }) => containerProperties !== undefined);
  assert.equal(jobs.length, 1);
  await isTaken(jobs[0].containerProperties.command);
  const policies = values.filter(({ Statement }) => Statement !== undefined);
  assert.equal(policies.length, 3);
  assert.equal(values.length, 4);
});
