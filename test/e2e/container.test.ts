/**
 * The steps of the Containerfile, one by one, without a container engine: each stage is an overlay over this machine's
 * root folder, COPY copies, RUN runs in a chroot of it; the result runs as its user on a root that is mounted read-only.
 *
 * What it cannot prove: that the base image node:24-slim has what the steps need (here they find this machine's Node and
 * tools), that its package tini installs and passes signals on (the apt-get step is left out, and with it the
 * entrypoint's first words), and that an engine reads the file as it is read here.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = mkdtempSync(path.join(tmpdir(), 'flowbulk-container-'));
const CONTAINERFILE = readFileSync(path.join(ROOT, 'Containerfile'), 'utf8');
const STEP_MS = 120_000;

interface Step {
  readonly name: string;
  readonly text: string;
}

interface Stage {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Instructions by stage; comments left out, continued lines joined. */
function stagesOf(text: string): readonly Stage[] {
  const stages: { name: string; steps: Step[] }[] = [];
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, ' ');
  for (const line of joined.split('\n').filter((one) => one.trim() !== '')) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    assert.match(name, /^(ARG|FROM|WORKDIR|COPY|RUN|ENV|LABEL|VOLUME|USER|STOPSIGNAL|ENTRYPOINT|CMD)$/, line);
    if (name === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? '', steps: [] });
    else if (name !== 'ARG') stages.at(-1)!.steps.push({ name, text: rest });
  }
  return stages;
}

const STAGES = stagesOf(CONTAINERFILE);
const FINAL = STAGES.at(-1)!;

const valuesOf = (name: string) => FINAL.steps.filter((step) => step.name === name).map((step) => step.text);

/** ENV of the last stage; its values hold no blanks. */
const VARIABLES = Object.fromEntries(
  valuesOf('ENV').flatMap((text) => text.split(' ').map((pair) => pair.split('=') as [string, string])),
);

function system(program: string, ...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: STEP_MS });
  return { status, said: `${stdout}${stderr}${error?.message ?? ''}`, stdout };
}

const mounted: string[] = [];

function mount(target: string, ...args: string[]): boolean {
  if (system('mount', ...args, target).status !== 0) return false;
  mounted.push(target);
  return true;
}

/** Mounts the file system that stages are written to, and looks whether overlays can be had at all. */
function canStage(): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  const layers = path.join(FOLDER, 'layers');
  mkdirSync(layers);
  // Not on the disk of FOLDER: an overlay cannot be written to another one, which that of a container often is.
  return mount(layers, '-t', 'tmpfs', '-o', 'size=3g', 'tmpfs') && stageRoot('probe') !== null;
}

/** A root folder like this machine's with /proc and /dev, changes to which stay in it; null where it cannot be had. */
function stageRoot(name: string): string | null {
  const base = path.join(FOLDER, 'layers', name);
  for (const part of ['upper', 'work', 'root']) mkdirSync(path.join(base, part), { recursive: true });
  const options = `lowerdir=/,upperdir=${base}/upper,workdir=${base}/work`;
  const root = path.join(base, 'root');
  return mount(root, '-t', 'overlay', '-o', options, 'overlay') && mountKernelFolders(root) ? root : null;
}

/** What every engine gives a container, and an overlay does not have. */
function mountKernelFolders(root: string): boolean {
  return mount(path.join(root, 'proc'), '-t', 'proc', 'proc') && mount(path.join(root, 'dev'), '--bind', '/dev');
}

const staged = canStage();

after(() => {
  for (const target of mounted.reverse()) system('umount', '--lazy', target);
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Does the steps of a stage in its root; those that need Debian's package server are left out, and given back. */
function build(
  stage: Stage,
  root: string,
  others: ReadonlyMap<string, string>,
  onStep: (text: string) => void,
): readonly string[] {
  const leftOut: string[] = [];
  let workdir = '/';
  for (const { name, text } of stage.steps) {
    const began = performance.now();
    if (name === 'WORKDIR') {
      workdir = text;
      mkdirSync(path.join(root, workdir), { recursive: true });
    } else if (name === 'COPY') {
      const words = text.split(/\s+/);
      const from = words[0]!.startsWith('--from=') ? others.get(words.shift()!.slice('--from='.length))! : ROOT;
      const target = path.join(root, path.resolve(workdir, words.at(-1)!));
      for (const source of words.slice(0, -1)) {
        const one = path.join(from, source);
        const into = words.at(-1)!.endsWith('/') ? path.join(target, path.basename(source)) : target;
        cpSync(one, into, { recursive: true, verbatimSymlinks: true });
      }
    } else if (name === 'RUN' && text.startsWith('apt-get ')) {
      leftOut.push(text);
    } else if (name === 'RUN') {
      const { status, said } = system('chroot', root, 'sh', '-c', `cd '${workdir}' && ${text}`);
      assert.equal(status, 0, `RUN ${text}\n${said}`);
    }
    onStep(`${((performance.now() - began) / 1000).toFixed(1)} s: ${name} ${text}`);
  }
  return leftOut;
}

test('the last stage ends as user 10001, with tini before the program, and stops by SIGTERM', () => {
  assert.deepEqual(valuesOf('USER'), ['10001:10001']);
  assert.deepEqual(valuesOf('STOPSIGNAL'), ['SIGTERM']);
  assert.deepEqual(valuesOf('VOLUME'), ['/state']);
  assert.deepEqual(JSON.parse(valuesOf('ENTRYPOINT')[0]!), ['tini', '--', 'flowbulk']);
  assert.equal(VARIABLES['XDG_STATE_HOME'], '/state');
  const order = FINAL.steps.map((step) => step.name);
  assert.ok(order.lastIndexOf('RUN') < order.indexOf('USER'), 'no RUN after USER, which may write nothing');
});

test('.containerignore lets through all that is copied, and no node_modules', () => {
  const kept = readFileSync(path.join(ROOT, '.containerignore'), 'utf8').split('\n');
  const copied = STAGES.flatMap((stage) => stage.steps)
    .filter((step) => step.name === 'COPY' && !step.text.startsWith('--from='))
    .flatMap((step) => step.text.split(/\s+/).slice(0, -1));
  for (const source of copied) assert.ok(kept.includes(`!${source}`), `${source} is copied and ignored`);
  assert.ok(kept.includes('*') && !kept.includes('!node_modules') && !kept.includes('!dist'));
});

test('built step by step it converts, as its user, on a root that cannot be written', {
  skip: !staged && 'overlays need root on Linux',
}, (t) => {
  const roots = new Map<string, string>();
  const leftOut: string[] = [];
  for (const stage of STAGES) {
    const root = stageRoot(stage.name || 'final');
    assert.ok(root !== null);
    leftOut.push(...build(stage, root, roots, (text) => t.diagnostic(text)));
    roots.set(stage.name || 'final', root);
  }
  assert.equal(leftOut.length, 1, 'the one step that is not run: tini');
  assert.match(leftOut[0]!, /install [^&]*\btini\b/);

  const root = roots.get('final')!;
  const program = path.join(root, 'opt/flowbulk');
  const libraries = readdirSync(path.join(program, 'node_modules'));
  assert.ok(libraries.includes('undici'));
  assert.ok(!libraries.includes('typescript') && !existsSync(path.join(program, 'src')), 'nothing to build with');

  // As an engine does with --read-only and a volume: the root read-only, /state a file system of its own.
  const sealed = path.join(FOLDER, 'layers', 'sealed');
  mkdirSync(sealed);
  assert.ok(mount(sealed, '--bind', root));
  assert.ok(mount(path.join(sealed, 'state'), '-t', 'tmpfs', '-o', 'size=200m,uid=10001,gid=10001,mode=0750', 'tmpfs'));
  assert.equal(system('mount', '-o', 'remount,bind,ro', sealed).status, 0);
  const [user, group] = valuesOf('USER')[0]!.split(':') as [string, string];
  assert.ok(mountKernelFolders(sealed));
  /** Runs a command with the variables of the image, and no other. */
  const inside = (...command: string[]) => {
    const variables = Object.entries(VARIABLES).map(([name, value]) => `${name}=${value}`);
    const searched = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${path.dirname(process.execPath)}`;
    const as = [
      'setpriv',
      '--reuid',
      user,
      '--regid',
      group,
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
    ];
    return system('chroot', sealed, ...as, 'env', '-i', '-C', '/state', searched, ...variables, ...command);
  };
  assert.equal(inside('id', '-u').stdout, '10001\n');
  for (const place of ['/opt/flowbulk/x', '/usr/local/bin/x', '/tmp/x', '/x']) {
    assert.notEqual(inside('touch', place).status, 0, `${place} can be written`);
  }
  const help = inside('flowbulk', ...(JSON.parse(valuesOf('CMD')[0]!) as string[]));
  assert.match(help.stdout, /^flowbulk: VPC flow logs/, help.said);
  const made = inside('flowbulk', 'generate', 'logs', '--records', '500', '--files', '4', '--quiet');
  assert.equal(made.status, 0, made.said);
  const converted = inside('flowbulk', 'convert', 'logs', '-', '--quiet');
  assert.equal(converted.status, 0, converted.said);
  assert.equal(converted.stdout.trimEnd().split('\n').length, 500);
  const ran = inside('flowbulk', 'run', 'logs', 'out/');
  assert.equal(ran.status, 0, ran.said);
  assert.ok(
    readdirSync(path.join(sealed, 'state/flowbulk/jobs')).length === 1,
    'the state of the job is in the volume',
  );
  const again = inside('flowbulk', 'run', 'logs', 'out/', '--json');
  assert.equal((JSON.parse(again.stdout) as { objectsSkipped: number }).objectsSkipped, 4, again.said);
});
