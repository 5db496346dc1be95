/** Prometheus's text format read back by its own grammar, strictly, for tests. */

import assert from 'node:assert/strict';

/** A sample: the labels in the order written. */
export interface Read {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const unescape_ = (text: string) =>
  text.replaceAll(/\\(.)/g, (_, c: string) => {
    assert.match(c, /[\\n"]/, 'no other escape');
    return c === 'n' ? '\n' : c;
  });

/** Metrics by name. Fails where the text is not what Prometheus takes. */
export function readMetrics(text: string): ReadonlyMap<string, Read> {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends');
  const metrics = new Map<string, { type: string; help: string; samples: Read['samples'][number][] }>();
  const seen = new Set<string>();
  let name = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/.exec(line);
    if (help !== null) {
      name = help[1]!;
      assert.ok(!metrics.has(name), `${name} stands in one block`);
      metrics.set(name, { type: '', help: unescape_(help[2]!), samples: [] });
    } else if (type !== null) {
      assert.equal(type[1], name);
      metrics.get(name)!.type = type[2]!;
    } else {
      const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$/.exec(line);
      assert.ok(match !== null, line);
      assert.equal(match[1], name, 'samples stand below their metric');
      const pairs = [...(match[2] ?? '').matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"(?:,|$)/g)];
      assert.equal(pairs.map(([whole]) => whole).join(''), match[2] ?? '', line);
      const labels = Object.fromEntries(pairs.map(([, key, value]) => [key!, unescape_(value!)]));
      const series = `${name}${JSON.stringify(labels)}`;
      assert.ok(!seen.has(series), `${series} stands once`);
      seen.add(series);
      metrics.get(name)!.samples.push({ labels, value: Number(match[3]) });
    }
  }
  for (const [one, { type, samples }] of metrics) {
    assert.equal(type === 'counter', one.endsWith('_total'), `${one} is a ${type}`);
    assert.ok(samples.length > 0, one);
  }
  return metrics;
}
