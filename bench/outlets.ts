/** Where runs of benches write to: a file or device, the `_bulk` of a server, or its `/batch` for events. */

import { deliverySizes } from '../src/cli/cluster-outlet.ts';
import { intakeSizes } from '../src/cli/intake-outlet.ts';
import { OPTIONS } from '../src/cli/options.ts';
import { readValue } from '../src/cli/values.ts';
import { clusterAccess } from '../src/cluster/access.ts';
import { FILTER_PATH } from '../src/delivery/answer.ts';
import { Permits } from '../src/delivery/permits.ts';
import type { DocumentOptions } from '../src/formats/document.ts';
import { openDestination } from '../src/sinks/destination.ts';
import type { SinkSpec } from '../src/sinks/sink.ts';
import type { BodySizes } from '../workers/memory.ts';
import { ITEMS_HEADER } from './null-server-process.ts';
import { DOCUMENT_OPTIONS } from './subject.ts';

/** An open outlet. */
export interface BenchOutlet {
  readonly sink: SinkSpec;
  readonly options: DocumentOptions;
  readonly bodies?: BodySizes;
  /** Everything is written. */
  commit?(): void;
}

/** A value of the option table, as a run has it that was not given the option. */
const defaultOf = (name: 'body-bytes' | 'inflight-bytes' | 'request-timeout' | 'retry-for'): number =>
  readValue(OPTIONS[name], `--${name}`, [OPTIONS[name].default as string]) as number;

/** Bodies of a run without options, in bytes. */
export const BODY_BYTES = defaultOf('body-bytes');

/** What `flowbulk run` makes without options: documents after their action lines. */
export const BULK_OPTIONS: DocumentOptions = { ...DOCUMENT_OPTIONS, as: 'bulk' };

/** How documents get to a server. */
export interface BulkOutletOptions {
  /** Such as `http://127.0.0.1:9200`. */
  readonly url: string;
  /** An index, so that nothing has to be looked up. */
  readonly name: string;
  readonly gzip: boolean;
  readonly workers: number;
  readonly bodyBytes?: number;
}

/** Opens a file or device for documents. */
export function fileOutlet(destination: string): BenchOutlet {
  const { spec, commit } = openDestination(destination, { gzip: false, partBytes: null, run: 'bench' });
  return { sink: spec, options: DOCUMENT_OPTIONS, commit };
}

/** Opens the `/batch` of a server for lines, as a run into an intake of Sekoia has it without options. */
export function batchOutlet({ url, gzip, workers }: Omit<BulkOutletOptions, 'name' | 'bodyBytes'>): BenchOutlet {
  const values = {
    bodyRecords: undefined,
    bodyBytes: BODY_BYTES,
    inflightBytes: defaultOf('inflight-bytes'),
    concurrency: undefined,
    maxRate: undefined,
  };
  const { bodyRecords, bodyBytes, bodies, limits } = intakeSizes('sekoia', values, workers);
  return {
    sink: {
      kind: 'sekoia',
      intake: {
        url,
        access: clusterAccess({ insecure: false, requestTimeoutMs: defaultOf('request-timeout') }, [url], {}),
        intakeKey: 'none',
        gzip,
        permits: new Permits(limits).buffer,
        limits,
        connections: bodies,
        bodyRecords,
        retryForMs: defaultOf('retry-for'),
        maxRejects: null,
        itemCountHeader: ITEMS_HEADER,
      },
      underWay: null,
    },
    options: { ...DOCUMENT_OPTIONS, as: 'sekoia', ids: 'none' },
    bodies: { bodyBytes, bodies },
  };
}

/** Opens the `_bulk` of a server, with everything else as a run has it without options. */
export function bulkOutlet(options: BulkOutletOptions): BenchOutlet & { readonly permits: Permits } {
  const { url, name, gzip, workers, bodyBytes: asked = BODY_BYTES } = options;
  const { bodyBytes, bodies, limits } = deliverySizes(
    { bodyBytes: asked, inflightBytes: defaultOf('inflight-bytes'), concurrency: undefined, maxRate: undefined },
    workers,
  );
  const permits = new Permits(limits);
  const hosts = [url.replace(/\/+$/, '')];
  return {
    sink: {
      kind: 'cluster',
      bulk: {
        hosts,
        access: clusterAccess({ insecure: false, requestTimeoutMs: defaultOf('request-timeout') }, hosts, {}),
        path: `/${encodeURIComponent(name)}/_bulk?filter_path=${FILTER_PATH}`,
        name,
        isTimeNamed: false,
        stream: null,
        hasIds: true,
        gzip,
        permits: permits.buffer,
        limits,
        connections: bodies,
        retryForMs: defaultOf('retry-for'),
        waitBlocked: false,
        maxRejects: null,
        itemCountHeader: ITEMS_HEADER,
      },
    },
    options: BULK_OPTIONS,
    bodies: { bodyBytes, bodies },
    permits,
  };
}
