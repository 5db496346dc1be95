import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { asKubernetes } from '../../src/schedule/kubernetes.ts';
import { expected, NASTY_FIELDS, sample } from './sample.ts';

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly volumeMounts: readonly { name: string; mountPath: string }[];
  readonly ports?: readonly { name: string; containerPort: number }[];
}

interface CronJob {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly schedule: string;
    readonly concurrencyPolicy: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly podFailurePolicy: {
          readonly rules: readonly { action: string; onExitCodes?: { values: number[] } }[];
        };
        readonly template: {
          readonly spec: { readonly containers: readonly Container[]; readonly volumes: unknown[] };
        };
      };
    };
  };
}

function documents(text: string): readonly unknown[] {
  const parsed = parseAllDocuments(text);
  for (const one of parsed) assert.deepEqual([...one.errors, ...one.warnings], []);
  return parsed.map((one) => one.toJS());
}

/** What the kubelet makes of `$` (third_party/forked/golang/expansion of Kubernetes), where no variable is known. */
const expand = (word: string) => word.replaceAll('$$', '$');

const cronJobOf = (text: string) => documents(text)[1] as CronJob;
const containerOf = (text: string) => cronJobOf(text).spec.jobTemplate.spec.template.spec.containers[0]!;

test('the manifest is YAML, and every word arrives as it is', () => {
  const { command, args } = containerOf(asKubernetes(sample(NASTY_FIELDS)));
  assert.deepEqual(command, ['tini', '-e', '7', '--', 'flowbulk']);
  assert.deepEqual(args.map(expand), expected(NASTY_FIELDS));
  for (const word of args) assert.doesNotMatch(word.replaceAll('$$', ''), /\$/, 'no single $ is left to expand');
});

test('secrets and databases are mounted where the words say', () => {
  const text = asKubernetes(
    sample(['--api-key-file', "/etc/flowbulk/it's key", '--city=geo/city.mmdb'], { metricsPort: 9464 }),
  );
  const { args, volumeMounts, ports } = containerOf(text);
  assert.deepEqual(args.slice(3), ['--api-key-file', '/etc/flowbulk/secrets/api-key-file', '--city=/data/city.mmdb']);
  assert.deepEqual(
    volumeMounts.map(({ mountPath }) => mountPath),
    ['/state', '/tmp', '/etc/flowbulk/secrets', '/data'],
  );
  assert.deepEqual(ports, [{ name: 'metrics', containerPort: 9464 }]);
  assert.ok(text.includes("--from-file=api-key-file='/etc/flowbulk/it'\\''s key'"));
  assert.match(text, /^# To lie in the volume of claim flowbulk-vpcflow-yyyy-mm-data: geo\/city\.mmdb as city\.mmdb$/m);
});

test('one at a time, and only what gets better is tried again', () => {
  const { spec } = cronJobOf(asKubernetes(sample([])));
  assert.equal(spec.concurrencyPolicy, 'Forbid');
  const fail = spec.jobTemplate.spec.podFailurePolicy.rules.find((rule) => rule.action === 'FailJob');
  assert.deepEqual(fail?.onExitCodes?.values, [1, 2, 3, 4, 5, 6]);
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** Everything of `part` is in `whole`; kubectl adds empty fields. */
function assertWithin(part: unknown, whole: unknown, at: string): void {
  if (part === null || typeof part !== 'object') {
    assert.deepEqual(whole, part, at);
    return;
  }
  assert.ok(whole !== null && typeof whole === 'object', `${at} is lost`);
  for (const [key, value] of Object.entries(part)) {
    assertWithin(value, (whole as Record<string, unknown>)[key], `${at}.${key}`);
  }
}

test('kubectl knows every field, and reads every word as it is', { skip: !hasKubectl && 'kubectl is not here' }, () => {
  const textWith = (image: string) =>
    asKubernetes(sample([...NASTY_FIELDS, '--api-key-file', 'key', '--city', 'c.mmdb'], { metricsPort: 9464, image }));
  const text = textWith('flowbulk:1');
  // --local asks no server; what Kubernetes's types do not have is missing from what it prints, once something changed.
  const { stdout, stderr, status } = spawnSync(
    'kubectl',
    ['set', 'image', '--local', '-f', '-', 'flowbulk=flowbulk:2', '--dry-run=client', '-o', 'json'],
    { input: text.slice(text.indexOf('---')), encoding: 'utf8', timeout: 30_000 },
  );
  assert.equal(status, 0, stderr);
  assertWithin(cronJobOf(textWith('flowbulk:2')), JSON.parse(stdout), 'CronJob');
});
