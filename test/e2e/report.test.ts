/**
 * The page of a run in a real browser: light and dark, on a telephone and on a desk. Pictures are kept where
 * FLOWBULK_TEST_PICTURES names a folder.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { reportPage } from '../../src/report/page.ts';
import { startFaultServer } from '../delivery/fault-server.ts';
import { Browser, findChromium, type View } from '../report/browser.ts';
import { type Picture, readPng } from '../report/png.ts';
import { recordOf } from '../report/records.ts';
import { flowbulk, temporaryFolder } from '../run/program.ts';
import { logText } from '../run/records.ts';

const program = findChromium();
const skip = program === null ? 'there is no Chromium: apt-get install chromium' : false;
if (skip !== false) process.stderr.write(`\n*** report.test: the pages are NOT looked at, since ${skip} ***\n\n`);

const folder = temporaryFolder();
let browser: Browser;

/** Names that a page must show as they are. */
const ODD_KEY = `<script>document.title='taken'</script>'"&amp;.log.gz`;

const VIEWS = {
  'wide-light': { width: 1200, height: 800, scheme: 'light' },
  'wide-dark': { width: 1200, height: 800, scheme: 'dark' },
  'narrow-light': { width: 360, height: 740, scheme: 'light' },
  'narrow-dark': { width: 360, height: 740, scheme: 'dark' },
} as const satisfies Record<string, View>;

/** Generates logs of five weeks with two days missing, and what fails among them. */
async function makeInput(): Promise<void> {
  const args = ['--records', '80k', '--files', '70', '--from', '2025-01-01', '--to', '2025-02-04', '--quiet'];
  const { code, stderr } = await flowbulk(folder, ['generate', 'in', ...args]);
  assert.equal(code, 0, stderr);
  const files = readdirSync(path.join(folder, 'in'), { recursive: true, encoding: 'utf8' });
  const logs = files.filter((file) => file.endsWith('.log.gz')).sort();
  for (const log of logs) if (/2025\/01\/(07|14)\//.test(log)) rmSync(path.join(folder, 'in', log));
  const whole = path.join(folder, 'in', logs.at(-1)!);
  writeFileSync(whole, readFileSync(whole).subarray(0, 20_000));
  const odd = path.join(folder, 'in', ...ODD_KEY.split('/').slice(0, -1));
  mkdirSync(odd, { recursive: true });
  writeFileSync(path.join(folder, 'in', ODD_KEY), gzipSync(`${logText(50)}no record\n`).subarray(0, 200));
}

before(async () => {
  if (program === null) return;
  await makeInput();
  const faults = { '429': 0.1, 'item 429': 0.001, mapping: 0.0005, 'answer slow': 0.5 };
  const server = await startFaultServer({ seed: 5, faults, slowMs: 30 });
  try {
    const options = ['--state', 'state', '--workers', '2', '--body-bytes', '1MiB', '--quiet', '--max-rejects', '1M'];
    const run = await flowbulk(folder, ['run', 'in', `${server.url}/vpcflow`, ...options]);
    assert.equal(run.code, 3, run.stderr);
  } finally {
    await server.stop();
  }
  const { code, stderr } = await flowbulk(folder, ['report', '--state', 'state', '--html', 'run.html']);
  assert.equal(code, 0, stderr);
  browser = await Browser.start(program);
});

after(() => browser?.close());

/** The picture of a page, kept where it was asked for. */
async function pictureOf(name: string, view: View, page: string): Promise<Picture> {
  await browser.open(pathToFileURL(page).href, view);
  const png = await browser.screenshot();
  const kept = process.env['FLOWBULK_TEST_PICTURES'];
  if (kept !== undefined) {
    mkdirSync(kept, { recursive: true });
    writeFileSync(path.join(kept, `${name}.png`), png);
  }
  return readPng(png);
}

/** Nothing is wider than the page. */
async function assertFits({ width }: View): Promise<void> {
  const wide = await browser.evaluate<number>('Math.max(document.documentElement.scrollWidth, innerWidth)');
  assert.equal(wide, width, `${wide} pixels wide`);
}

/** Every text is to be read: contrast with what is behind it, by WCAG 2.2 (https://www.w3.org/TR/WCAG22/), 1.4.3. */
const LEAST_CONTRAST = `(() => {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    const box = element.closest('.day')?.querySelector('rect');
    const fill = box && getComputedStyle(box).fill;
    if (fill && fill !== 'none') return parse(fill);
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  let least = { contrast: 21, text: '' };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode;
    if (data.trim() === '' || parentElement.closest('title, script') !== null) continue;
    const style = getComputedStyle(parentElement);
    const color = parse(parentElement.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const [a, b] = [luminance(color), luminance(behind(parentElement))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < least.contrast) least = { contrast, text: data.trim() };
  }
  return least;
})()`;

for (const [name, view] of Object.entries(VIEWS)) {
  test(`the page of a run fits and can be read: ${name}`, { skip }, async () => {
    const picture = await pictureOf(name, view, path.join(folder, 'run.html'));
    await assertFits(view);
    assert.equal(picture.width, view.width);
    const drawn = await browser.evaluate<number[][]>(
      `[...document.querySelectorAll('svg')].map((svg) => [svg.clientWidth, svg.clientHeight])`,
    );
    // Four charts, January and February.
    assert.equal(drawn.length, 6);
    for (const [width, height] of drawn) assert.ok(width! > 150 && height! > 40, `a drawing of ${width} x ${height}`);
    const { contrast, text } = await browser.evaluate<{ contrast: number; text: string }>(LEAST_CONTRAST);
    assert.ok(contrast >= 4.5, `contrast ${contrast} of "${text}"`);
    const brightness = picture.at(2, 2).reduce((sum, one) => sum + one, 0) / 3;
    assert.ok(view.scheme === 'light' ? brightness > 200 : brightness < 60, `background ${picture.at(2, 2)}`);
    assert.deepEqual(
      browser.requests.filter((url) => !url.startsWith('file:')),
      [],
    );
    assert.equal(browser.requests.length, 1);
  });
}

test('lines and bars are where numbers are', { skip }, async () => {
  await browser.open(pathToFileURL(path.join(folder, 'run.html')).href, VIEWS['wide-light']);
  const heights = await browser.evaluate<number[]>(
    `[...document.querySelectorAll('.chart svg')].map((svg) =>
      Math.max(...[...svg.querySelectorAll('.line, .bars')].map((one) => one.getBBox().height)))`,
  );
  assert.equal(heights.length, 4);
  // Of 200: rates go up and down, and the cluster pushed back.
  for (const height of heights) assert.ok(height > 60 && height <= 200, `${heights}`);
});

test('a key is a text, and nothing of it runs', { skip }, async () => {
  await browser.open(pathToFileURL(path.join(folder, 'run.html')).href, VIEWS['wide-light']);
  assert.match(await browser.evaluate('document.title'), /^flowbulk run [0-9a-f]{8}: ended, but not everything is in$/);
  const texts = await browser.evaluate<string>('document.body.innerText');
  assert.ok(texts.includes(ODD_KEY), 'the odd key is shown as it is');
  assert.equal(await browser.evaluate(`document.querySelectorAll('script').length`), 1);
  assert.equal(await browser.evaluate(`JSON.parse(document.getElementById('record').textContent).v`), 1);
});

test('days without objects are marked', { skip }, async () => {
  await browser.open(pathToFileURL(path.join(folder, 'run.html')).href, VIEWS['wide-light']);
  const label = `document.querySelector('.month svg').getAttribute('aria-label')`;
  assert.match(await browser.evaluate(label), /^January 2025: 29 of 31 days with objects; none on 7, 14$/);
});

for (const [what, seconds] of [
  ['two seconds', 2],
  ['many hours', 30_000],
] as const) {
  test(`the page of a run of ${what} fits`, { skip }, async () => {
    const file = path.join(folder, 'made.html');
    writeFileSync(file, reportPage(recordOf(seconds)));
    for (const [name, view] of Object.entries(VIEWS)) {
      await pictureOf(`${what}-${name}`, view, file);
      await assertFits(view);
    }
  });
}

test('on paper it is light', { skip }, async () => {
  const view = { ...VIEWS['wide-dark'], width: 760, media: 'print' } as const;
  const picture = await pictureOf('paper', view, path.join(folder, 'run.html'));
  await assertFits(view);
  assert.deepEqual(picture.at(2, 2), [255, 255, 255]);
});
