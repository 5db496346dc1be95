/** From the name of a layout, or a list of field names, to the columns of a header. */

import { FlowbulkError } from '../errors.ts';
import { findField } from '../formats/fields.ts';
import { isProblem, readHeader } from '../formats/header.ts';
import { LAYOUTS, type LayoutName } from '../formats/layouts.ts';

function isLayout(text: string): text is LayoutName {
  return Object.hasOwn(LAYOUTS, text);
}

/** The field names of a layout or of a custom format. Throws E_USAGE for names that no header may have. */
export function columnsOf(layout: string): readonly string[] {
  if (isLayout(layout)) return LAYOUTS[layout];
  // AWS's own way to write a format, ${srcaddr}, may be pasted as it is.
  const names = layout
    .trim()
    .split(/[\s,]+/)
    .map((name) => name.replace(/^\$\{(.*)\}$/, '$1'));
  const header = readHeader(names);
  if (header === null) {
    const layouts = Object.keys(LAYOUTS).join(', ');
    throw new FlowbulkError(
      'E_USAGE',
      `--layout '${layout}' is neither ${layouts} nor a list of field names (see: flowbulk fields)`,
    );
  }
  if (isProblem(header)) throw new FlowbulkError('E_USAGE', `--layout: ${header.problem}`);
  return names;
}

/** True for the columns of a transit gateway: it alone has them. */
export function isTransitGateway(columns: readonly string[]): boolean {
  return columns.some((name) => {
    const field = findField(name);
    return field !== undefined && field.vpc === null && field.tgw !== null;
  });
}

/** What the version column says: the highest version among the columns. */
export function versionOf(columns: readonly string[]): number {
  const family = isTransitGateway(columns) ? 'tgw' : 'vpc';
  const versions = columns.map((name) => findField(name)?.[family] ?? 2);
  return Math.max(2, ...versions);
}
