/** How much of a cluster's disk the documents will take. */

import type { ClusterApi } from '../cluster/api.ts';
import { type IndexName, wildcardOf } from '../formats/index-name.ts';
import type { Estimate } from './extrapolate.ts';

/**
 * Bytes on disk for a document of the templates of `flowbulk setup`, as docs/setup.md has them, and the size of the
 * documents there: 14 fields with geo. Larger documents are taken to need more in proportion.
 */
const MEASURED = { standard: 282, lean: 222 } as const;
const MEASURED_DOCUMENT_BYTES = 1_280;

/** With fewer documents, what an index needs by itself would be taken for theirs. */
const LEAST_DOCUMENTS = 10_000;

/** What the target has already. */
export interface StoredFacts {
  readonly documents: number;
  /** Of primary shards, and with replicas; bytes for each document. */
  readonly primaryBytesEach: number;
  readonly totalBytesEach: number;
}

/** Expected bytes on disk, of primary shards. */
export interface IndexSize {
  readonly standardBytes: number;
  readonly leanBytes: number;
  /** By what the target has already; null where that is not known or not enough to go by. */
  readonly byTarget: { readonly primaryBytes: number; readonly totalBytes: number; readonly facts: StoredFacts } | null;
}

/** The index of so many documents of so many bytes in all. */
export function indexSize(documents: Estimate, documentBytes: Estimate, stored: StoredFacts | null): IndexSize {
  const scale = documentBytes.expected / MEASURED_DOCUMENT_BYTES;
  return {
    standardBytes: Math.round(scale * MEASURED.standard),
    leanBytes: Math.round(scale * MEASURED.lean),
    byTarget:
      stored === null
        ? null
        : {
            primaryBytes: Math.round(documents.expected * stored.primaryBytesEach),
            totalBytes: Math.round(documents.expected * stored.totalBytesEach),
            facts: stored,
          },
  };
}

interface Stats {
  readonly docs?: { readonly count?: number };
  readonly store?: { readonly size_in_bytes?: number };
}

/**
 * What the target holds, where it holds enough to tell by and lets us look:
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-stats (right: `monitor`); null else.
 * Serverless projects have no such request. Throws E_CLUSTER_UNREACHABLE.
 */
export async function storedFacts(api: ClusterApi, name: IndexName, signal: AbortSignal): Promise<StoredFacts | null> {
  const path = `/${encodeURIComponent(wildcardOf(name))}/_stats/docs,store?filter_path=_all`;
  const { status, json } = await api.call('GET', path, undefined, signal);
  const all = status === 200 ? (json as { _all?: { primaries?: Stats; total?: Stats } } | null)?._all : undefined;
  const documents = all?.primaries?.docs?.count ?? 0;
  const primaryBytes = all?.primaries?.store?.size_in_bytes ?? 0;
  if (documents < LEAST_DOCUMENTS || primaryBytes <= 0) return null;
  const totalBytes = Math.max(primaryBytes, all?.total?.store?.size_in_bytes ?? 0);
  return { documents, primaryBytesEach: primaryBytes / documents, totalBytesEach: totalBytes / documents };
}
