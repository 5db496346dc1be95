import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, jsonElement } from '../../src/report/markup.ts';

test('what is put into a template is escaped, markup is not, nothing is left out but null and false', () => {
  const inner = html`<b title="${`"'`}">${'<&>'}</b>`;
  assert.equal(inner.markup, '<b title="&quot;&#39;">&lt;&amp;&gt;</b>');
  assert.equal(
    html`<p>${inner}${null}${false}${0}${['a', inner]}</p>`.markup,
    `<p>${inner.markup}0a${inner.markup}</p>`,
  );
});

test('characters that are not seen, or turn others round, are replaced', () => {
  assert.equal(html`${'a\u0000\u001b[31m\u202eb\tc\n'}`.markup, 'a\ufffd\ufffd[31m\ufffdb\tc\n');
});

test('data within a script element cannot end it, and is the same when it is read', () => {
  const data = { text: '</script><!-- <script> \u2028\u202e"' };
  const { markup } = jsonElement('x', data);
  const inside = markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('<'));
  assert.doesNotMatch(inside, /[<>\u202e]/);
  assert.deepEqual(JSON.parse(inside), data);
});
