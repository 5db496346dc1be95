/** Tables of the page. */

import { html, type Markup, type Part } from './markup.ts';

/** A column: the first of a table names its rows. */
export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/**
 * A table whose rows are told one below the other where it is too wide. The first cell of a row heads it. Roles are said
 * again, since rows that are laid out otherwise lose theirs in some browsers.
 */
export function wideTable(caption: string, columns: readonly Column[], rows: readonly (readonly Part[])[]): Markup {
  const side = ({ isNumber = false }: Column) => (isNumber ? 'number' : '');
  const heads = columns.map((one) => html`<th scope="col" role="columnheader" class="${side(one)}">${one.name}</th>`);
  const body = rows.map((cells) => {
    const [first = '', ...others] = cells;
    const data = others.map((cell, i) => {
      const column = columns[i + 1]!;
      return html`<td role="cell" class="${side(column)}" data-name="${column.name}">${cell}</td>`;
    });
    return html`<tr role="row"><th scope="row" role="rowheader">${first}</th>${data}</tr>\n`;
  });
  return html`<table class="wide" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${body}</tbody></table>`;
}

/** A table of names and what belongs to them. */
export function factsTable(caption: string, facts: readonly (readonly [name: string, value: Part])[]): Markup {
  const rows = facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`);
  return html`<table class="facts"><caption>${caption}</caption><tbody>${rows}</tbody></table>`;
}
