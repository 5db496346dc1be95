/** The beginning of one object: whether it can be read, and what its lines are. */

import { EXIT, FlowbulkError } from '../errors.ts';
import { detectColumns } from '../formats/detect.ts';
import { type Columns, isProblem, readHeader } from '../formats/header.ts';
import { LAYOUTS } from '../formats/layouts.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import { formatBytes, formatCount } from '../progress/numbers.ts';
import { describeObject } from '../sources/refusals.ts';
import type { RefusedObject, Selection, Source, SourceObject } from '../sources/source.ts';
import { type Check, type Finding, fail, failure, ok, skipped, warn } from './check.ts';

/** So much of an object is read: some 2,000 lines of gzip. */
const HEAD_BYTES = 64 * 1024;

/** Objects that cannot be read, and are passed over in search of one that can. */
const MOST_REFUSED = 2_000;

/** How the checks of objects are named in the words of the source. */
export interface ObjectsAsked {
  readonly source: Source;
  readonly selection: Selection;
  readonly format: Columns | null;
  /** The check that comes before. */
  readonly needs: string;
  /** What to do where there is nothing. */
  readonly nothing: () => Pick<Finding, 'found'> & { readonly fix: string };
}

/** Three checks: the first object that a run would read, the bytes of it, and its lines. */
export function objectChecks({ source, selection, format, needs, nothing }: ObjectsAsked): readonly Check[] {
  let first: SourceObject | null = null;
  let head: Buffer = Buffer.alloc(0);
  return [
    {
      name: 'first object',
      needs: [needs],
      async look(signal) {
        const refused: RefusedObject[] = [];
        for await (const listed of source.list(selection, signal)) {
          if (!('object' in listed)) {
            first = listed;
            break;
          }
          refused.push(listed);
          if (refused.length === MOST_REFUSED) break;
        }
        return first === null && refused.length === 0 ? empty(selection, nothing()) : firstFinding(first, refused);
      },
    },
    {
      name: 'read',
      needs: ['first object'],
      async look(signal) {
        if (first === null) return skipped('there is nothing to read');
        head = await readHead(source, first, signal);
        const { size } = first;
        return ok(`${formatCount(head.length)} bytes of ${size < 0 ? 'it' : formatCount(size)} were read`);
      },
    },
    {
      name: 'format',
      needs: ['read'],
      look: () => formatFinding(head, first!, format),
    },
  ];
}

/** Dates and filters may take nothing today, and something tomorrow. */
function empty(selection: Selection, { found, fix }: ReturnType<ObjectsAsked['nothing']>): Finding {
  const isNarrow = Object.values(selection).some((one) => one !== undefined);
  return isNarrow ? warn(found, `look at the dates and filters; else ${fix}`) : fail(found, fix);
}

function firstFinding(first: SourceObject | null, refused: readonly RefusedObject[]): Finding {
  const [why] = refused;
  if (first === null && why !== undefined) {
    const { fix } = failure(new FlowbulkError(why.code, why.reason));
    return fail(`${formatCount(refused.length)} objects, none that can be read; ${why.reason}`, fix ?? '');
  }
  const object = first as SourceObject;
  const found = `${describeObject(object)}, ${object.size < 0 ? 'a stream' : formatBytes(object.size)}`;
  if (why === undefined) return ok(found);
  const passed = `${found}; ${formatCount(refused.length)} before it cannot be read, such as ${describeObject(why.object)} (${why.code})`;
  const fix = why.code === 'E_OBJECT_ARCHIVED' ? 'restore them, or leave them out' : 'leave them out';
  return warn(passed, `${fix} with --from, --to or --exclude; a run reports each`);
}

async function readHead(source: Source, object: SourceObject, signal: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source.open(object, 0, signal)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= HEAD_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

/** The text at the beginning; what is cut off behind it is no damage. */
async function textOf(head: Buffer, name: string): Promise<string> {
  const open = async function* (fromByte: number) {
    yield head.subarray(fromByte);
  };
  let text = '';
  try {
    for await (const chunk of inflateObject(open, inflateEngine(), { name })) {
      text += Buffer.from(chunk).toString();
      if (text.length > HEAD_BYTES) break;
    }
  } catch (error) {
    const isCut = error instanceof FlowbulkError && error.code === 'E_OBJECT_DAMAGED';
    if (!isCut || text === '') throw error;
  }
  return text;
}

async function formatFinding(head: Buffer, object: SourceObject, format: Columns | null): Promise<Finding> {
  const text = await textOf(head, describeObject(object));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [line] = lines;
  if (line === undefined) return warn('the object is empty', 'nothing: empty objects give no documents');
  if (line.replace(/^\uFEFF/, '').startsWith('{')) return ok('JSON with records in it');
  const tokens = line
    .replace(/^\uFEFF/, '')
    .split(/[ \t]+/)
    .filter((token) => token !== '');
  const header = readHeader(tokens);
  if (header !== null && isProblem(header)) {
    return fail(`its header cannot be used (${header.problem})`, 'mend the format of the flow log', EXIT.sourceRefused);
  }
  const columns = header ?? detectColumns(tokens, format);
  const how = header !== null ? 'by its header' : format === null ? 'by its tokens' : 'by --format';
  if (columns !== null) return ok(`${nameOf(columns)}, ${how}`);
  const kind = `${tokens.length} tokens without a header are no layout known`;
  return fail(
    `${kind}: "${tokens.join(' ').slice(0, 120)}"`,
    'say --format "<field names>", or leave it out with --exclude',
  );
}

function nameOf({ fields, key }: Columns): string {
  const known = Object.entries(LAYOUTS).find(([, names]) => names.join(' ') === key);
  if (known !== undefined) return `layout ${known[0]} (${fields.length} fields)`;
  return `${fields.length} fields of its own`;
}
