/** Requests as text that can be pasted into the consoles of Kibana and OpenSearch Dashboards. */

import type { Json } from '../formats/json.ts';
import type { PlannedRequest } from './setup-plan.ts';

/** Objects that fit into a line stand in one: a mapping is long enough with a line for each path. */
const LINE_COLUMNS = 110;

const SAYS: Readonly<Record<PlannedRequest['change'], string>> = {
  create: 'makes the',
  replace: 'replaces the',
  change: 'changes settings of the',
  none: 'nothing to do for the',
};

/** A request with a comment before it; the comment alone where there is nothing to send. */
export function consoleRequest({ subject, change, method, path, body }: PlannedRequest): string {
  const comment = `# ${SAYS[change]} ${subject}`;
  if (change === 'none') return `${comment}: it is as it should be\n`;
  return `${comment}\n${method} ${path}\n${laidOut(body, '')}\n`;
}

/** `indent` goes before lines but the first, which stands after `before` columns. */
function laidOut(value: Json, indent: string, before = indent.length): string {
  const line = onOneLine(value);
  if (before + line.length <= LINE_COLUMNS || typeof value !== 'object' || value === null) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((one: Json) => laidOut(one, deeper))
    : Object.entries(value).map(([key, one]) => {
        const name = `${JSON.stringify(key)}: `;
        return name + laidOut(one, deeper, deeper.length + name.length);
      });
  return `${open}\n${members.map((member) => deeper + member).join(',\n')}\n${indent}${close}`;
}

function onOneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${onOneLine(one)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
