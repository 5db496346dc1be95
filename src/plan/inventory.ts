/**
 * S3 Inventory: the manifest and the rows of its CSV files.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 */
import { FlowbulkError } from '../errors.ts';

/** What a manifest says, as far as it is needed. */
export interface Manifest {
  readonly sourceBucket: string;
  /** The bucket that holds the data files. */
  readonly destinationBucket: string;
  /** Column names in order, lower case. */
  readonly columns: readonly string[];
  readonly files: readonly { readonly key: string; readonly size: number }[];
}

/** One object of an inventory; null where a column is not in it. */
export interface InventoryRow {
  readonly key: string;
  readonly size: number | null;
  readonly etag: string | null;
  readonly lastModifiedMs: number | null;
  readonly storageClass: string | null;
}

/**
 * Reads a `manifest.json` called `name`. Throws E_USAGE where it is no manifest, or where its files are ORC or Parquet.
 */
export function parseManifest(text: string, name: string): Manifest {
  const bad = (what: string) =>
    new FlowbulkError(
      'E_USAGE',
      `${name} ${what}: give a list of keys, or the manifest.json of an S3 Inventory in CSV`,
    );
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw bad('is not JSON');
  }
  const { sourceBucket, destinationBucket, fileFormat, fileSchema, files } = json;
  if (fileFormat !== undefined && fileFormat !== 'CSV') {
    throw bad(`is an inventory in ${fileFormat}, which flowbulk does not read`);
  }
  const known =
    typeof sourceBucket === 'string' && typeof destinationBucket === 'string' && typeof fileSchema === 'string';
  if (!known || !Array.isArray(files) || !files.every((file) => typeof file?.key === 'string')) {
    throw bad('is not the manifest of an S3 Inventory');
  }
  const columns = fileSchema.split(',').map((column) => column.trim().toLowerCase());
  if (!columns.includes('key')) {
    throw bad('has no column Key');
  }
  return { sourceBucket, destinationBucket: destinationBucket.replace(/^arn:[^:]*:s3:::/, ''), columns, files };
}

/** Makes the reader of one row's text; it returns null for old versions and delete markers. */
export function rowReader(columns: readonly string[]): (line: string) => InventoryRow | null {
  const at = (name: string) => columns.indexOf(name);
  const [key, size, etag, modified, storage] = ['key', 'size', 'etag', 'lastmodifieddate', 'storageclass'].map(at) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [latest, marker] = [at('islatest'), at('isdeletemarker')];
  return (line) => {
    const fields = splitCsv(line);
    if (fields[latest] === 'false' || fields[marker] === 'true') {
      return null;
    }
    const ms = Date.parse(fields[modified] ?? '');
    return {
      key: decodeURIComponent((fields[key] ?? '').replaceAll('+', ' ')),
      size: fields[size] ? Number(fields[size]) : null,
      etag: fields[etag] || null,
      lastModifiedMs: Number.isNaN(ms) ? null : ms,
      storageClass: fields[storage] || null,
    };
  };
}

/** Splits one CSV line: fields may be quoted, a doubled quote stands for one. */
function splitCsv(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    if (line[at] !== '"') {
      const end = line.indexOf(',', at);
      fields.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length : end;
      continue;
    }
    let end = line.indexOf('"', at + 1);
    while (end >= 0 && line[end + 1] === '"') {
      end = line.indexOf('"', end + 2);
    }
    end = end < 0 ? line.length : end;
    fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
  }
  return fields;
}
