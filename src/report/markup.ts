/** HTML by template: what is put in is escaped, unless it is markup itself. */

/** Text that is HTML already. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: nothing for null and false, lists one after the other. */
export type Part = Markup | string | number | null | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters, which HTML forbids, and those that turn the direction of writing, by which a key could show itself
 * as another (https://trojansource.codes).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text for HTML, in attributes too. */
function escaped(text: string): string {
  return text.replace(UNSEEN, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

function partText(part: Part): string {
  if (part === null || part === false) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(partText).join('');
}

/** Markup from a template. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.map((text, i) => text + partText(parts[i] ?? null)).join('') };
}

/** Data within a script element, which ends at the first `</script` or does not at `<!--`. */
export function jsonElement(id: string, data: unknown): Markup {
  const asNumber = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const json = JSON.stringify(data).replace(/[<>]/g, asNumber).replace(UNSEEN, asNumber);
  return { markup: `<script type="application/json" id="${escaped(id)}">${json}</script>` };
}
