/** The page: sound HTML for every kind of run, and nothing of a record is taken for markup. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noTotals } from '../../src/ledger/totals.ts';
import { reportPage } from '../../src/report/page.ts';
import type { RunRecord } from '../../src/report/run-record.ts';
import { SampleSeries } from '../../src/report/samples.ts';
import { recordOf, samplesOver } from './records.ts';

const VOID = new Set(['meta']);

/** Every element is closed where it has to be; gives the names of all. */
function elements(page: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  const text = page.replace(/(<(style|script)\b[^>]*>).*?(<\/\2>)/gs, '$1$3');
  for (const [, slash, name, rest] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"<]*")*)>/g)) {
    if (slash === '/') assert.equal(open.pop(), name, `</${name}> closes what is open`);
    else {
      names.push(name!);
      if (!VOID.has(name!) && !rest!.endsWith('/')) open.push(name!);
    }
  }
  assert.deepEqual(open, []);
  const rest = text.replace(/<!doctype html>|<\/?[a-z][a-z0-9]*(?:[^<>"]|"[^"<]*")*>/g, '');
  assert.doesNotMatch(rest, /[<>]/, 'nothing but elements has angle brackets');
  assert.doesNotMatch(text, /NaN|undefined|Infinity|\[object/);
  return names;
}

const count = (names: readonly string[], name: string) => names.filter((one) => one === name).length;

const NOTHING: Partial<RunRecord> = {
  samples: new SampleSeries().columns(),
  slowest: [],
  coverage: { days: [], span: null },
  summary: {
    ...recordOf(0).summary,
    wallSeconds: 0,
    workerSeconds: { source: 0, cpu: 0, sink: 0 },
  },
};

test('runs of two seconds, of hours and of days are drawn alike', () => {
  const pages = [2, 29_000, 900_000].map((seconds) => reportPage(recordOf(seconds)));
  for (const page of pages) {
    // Four charts, one month.
    assert.equal(count(elements(page), 'svg'), 5);
    assert.match(page, /<title>flowbulk run 1f2e3d4c: everything is in<\/title>/);
    assert.match(page, /everything is in/);
  }
  assert.ok(pages[2]!.length < 2 * pages[1]!.length && pages[2]!.length < 300_000, `${pages[2]!.length} characters`);
});

test('a run without records, one that failed before it began, and one without a ledger', () => {
  const none = reportPage(recordOf(0.2, { ...NOTHING, samples: samplesOver(0.2, false) }));
  elements(none);
  assert.match(none, /No object was read/);
  const error = { code: 'E_CLUSTER_DENIED', message: 'the credentials are refused' };
  const failed = reportPage(recordOf(0, { ...NOTHING, end: 'failed', error }));
  assert.equal(count(elements(failed), 'svg'), 0);
  assert.match(failed, /Why it ended early/);
  assert.match(failed, /the credentials are refused/);
  assert.match(failed, /ended before there was anything to draw/);
  assert.match(reportPage(recordOf(2, { coverage: null })), /had no ledger/);
  assert.match(reportPage(recordOf(2, { end: 'limit' })), /A limit was reached/);
});

test('keys, reasons and options are texts, whatever they hold', () => {
  const evil = `"><script>alert('1')</script><img src=x onerror=alert(2)> '&amp; </title></style><!-- \u202e\u0000`;
  const record = recordOf(2, {
    job: { name: evil, source: evil, destination: evil },
    error: { code: evil, message: evil },
    command: ['run', evil],
    options: [{ name: 'field', texts: [evil], isDefault: false }],
    versions: { node: evil, inflate: evil, cluster: evil },
    slowest: [{ object: evil, outcome: 'done', seconds: 1, records: 1, bytes: null }],
    failures: [{ outcome: 'failed', code: evil, objects: 9, examples: [{ object: evil, reason: evil }] }],
  });
  const { summary } = record;
  const page = reportPage({
    ...record,
    summary: {
      ...summary,
      deadLetters: { [evil]: 1 },
      deadLetterPath: evil,
      delivery: { ...summary.delivery!, rejects: { [evil]: 2 } },
    },
  });
  const names = elements(page);
  assert.equal(count(names, 'img'), 0);
  assert.equal(count(names, 'script'), 1);
  assert.doesNotMatch(page, /<script>|<img|onerror=alert\(2\)>|<!--/);
  assert.ok(!page.includes('\u202e') && !page.includes('\u0000'));
  const data = /<script type="application\/json" id="record">(.*?)<\/script>/s.exec(page)?.[1];
  assert.equal((JSON.parse(data!) as RunRecord).job.source, evil);
});

test('the page asks for nothing', () => {
  const page = reportPage(recordOf(29_000));
  assert.doesNotMatch(page, /\b(src|href|srcset|action|data)=|url\(|@import|@font-face/i);
  assert.match(page, /Content-Security-Policy" content="default-src (&#39;|')none/);
});

test('what is drawn is told to those who do not see it', () => {
  const page = reportPage(recordOf(29_000));
  elements(page);
  for (const [svg] of page.matchAll(/<svg[^>]*>/g)) assert.match(svg, /role="img" aria-label="[^"]{20,}"/);
  for (const [, table] of page.matchAll(/<table[^>]*>(.*?)<\/table>/gs)) {
    assert.match(table!, /<caption>/);
    assert.match(table!, /<th scope="row"/);
  }
  assert.match(page, /<html lang="en">/);
});

test('days with nothing in them are marked; months of them are told', () => {
  const done = { ...noTotals().objects, done: 1 };
  const day = (text: string) => ({
    day: text,
    objects: done,
    records: 1,
    documents: 1,
    failureStore: 0,
    deadLetters: 0,
  });
  const days = [day('2024-12-30'), { ...day('2025-09-02'), objects: { ...done, damaged: 2 } }];
  const page = reportPage(recordOf(2, { coverage: { days, span: { first: '2024-12-29', last: '2025-09-03' } } }));
  elements(page);
  assert.match(page, /<title>2024-12-29: no objects<\/title>/);
  assert.match(page, /<title>2024-12-30: objects 1 done; 1 records<\/title>/);
  assert.match(page, /<title>2025-09-02: objects 1 done, 2 damaged; 1 records<\/title>/);
  assert.match(page, /aria-label="December 2024: 1 of 3 days with objects; none on 29, 31"/);
  assert.match(page, /January 2025 to August 2025: no objects/);
  assert.doesNotMatch(page, /2025-05-01/);
});
