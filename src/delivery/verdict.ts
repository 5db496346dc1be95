/**
 * What an answer of a cluster means for the documents it is about. The type of an error is looked at before its status:
 * a disk that is full answers 429 too, and an error of rights or of a name is no fault of the document.
 */

import { type ErrorCode, FlowbulkError } from '../errors.ts';

/**
 * What became of one document. `duplicate`: it was there already. `failure store`: stored apart, since its stream could
 * not take it. `again`: to be sent again. `rejected`: the document is at fault. `blocked`: writes are blocked by a
 * setting. `stop`: no document will be taken until something is put right.
 */
export type ItemVerdict = 'created' | 'duplicate' | 'failure store' | 'again' | 'rejected' | 'blocked' | 'stop';

/** What an answer as a whole means. `answered`: its items tell; `too large`: to be sent in smaller parts. */
export type WholeVerdict = 'answered' | 'again' | 'too large' | 'blocked' | 'stop';

/** As much of an error as decides; null where the answer has none. */
interface Failure {
  readonly type: string | null;
  readonly reason: string;
}

/** Index or cluster blocks; the second is OpenSearch's, for indices yet to be created. */
const BLOCKS: ReadonlySet<string> = new Set(['cluster_block_exception', 'index_create_block_exception']);

/** A conflict of versions is of these types (the second up to Elasticsearch 2), and says that the document is there. */
const CONFLICTS: ReadonlySet<string> = new Set([
  'version_conflict_engine_exception',
  'document_already_exists_exception',
]);

/** Something that has to be put right before any document is taken, and how to tell it. */
interface Obstacle {
  readonly code: Extract<ErrorCode, 'E_CLUSTER_DENIED' | 'E_CLUSTER_REFUSED'>;
  readonly fits: (failure: Failure) => boolean;
  readonly advice: (target: string) => string;
}

/** The obstacles that items tell of, too. The first that fits counts. */
const OBSTACLES: readonly Obstacle[] = [
  {
    code: 'E_CLUSTER_DENIED',
    fits: ({ type }) => type === 'security_exception',
    advice: (target) =>
      `the credentials need the right to create documents in "${target}" (create_doc, and auto_configure or ` +
      'create_index where it is not there yet)',
  },
  {
    // Amazon OpenSearch Serverless, collections of the types time series and vector search.
    code: 'E_CLUSTER_REFUSED',
    fits: ({ reason }) => reason.includes('Document ID is not supported'),
    advice: () =>
      'this collection makes ids of its own: give --ids none (documents may then be stored twice where a request has ' +
      'to be sent again)',
  },
  {
    code: 'E_CLUSTER_REFUSED',
    fits: ({ reason }) => reason.includes('only write ops with an op_type of create are allowed in data streams'),
    advice: (target) => `"${target}" is a data stream: give --op create`,
  },
  {
    code: 'E_CLUSTER_REFUSED',
    fits: ({ reason }) => /pipeline with id \[[^\]]*\] does not exist/.test(reason),
    advice: (target) =>
      `look at --pipeline and at index.default_pipeline and index.final_pipeline of "${target}", or create the pipeline`,
  },
  {
    code: 'E_CLUSTER_REFUSED',
    fits: ({ type }) => type === 'index_not_found_exception',
    advice: (target) =>
      `create "${target}" first, such as with flowbulk setup, or let the cluster create it (action.auto_create_index)`,
  },
  {
    code: 'E_CLUSTER_REFUSED',
    fits: ({ type }) => type === 'index_closed_exception',
    advice: (target) => `open the index behind "${target}" (POST NAME/_open), or choose another`,
  },
  {
    code: 'E_CLUSTER_REFUSED',
    fits: ({ type }) => type === 'invalid_index_name_exception',
    advice: (target) =>
      `"${target}" makes a name that no index may have: choose another as last part of the destination`,
  },
  {
    // A new index would go over cluster.max_shards_per_node: nothing that the document could be blamed for.
    code: 'E_CLUSTER_REFUSED',
    fits: ({ reason }) => /maximum (?:normal )?shards open/.test(reason),
    advice: () => 'remove indices, add nodes, or raise cluster.max_shards_per_node',
  },
];

/** What the documents themselves say in the reason is left out: it must not stop a run. */
function obstacleOf(type: string | null, reason: string): Obstacle | null {
  const failure = { type, reason: plainReason(reason) };
  return OBSTACLES.find(({ fits }) => fits(failure)) ?? null;
}

/** What one item of an answer says of its document. Arguments as `scanAnswer` gives them. */
export function itemVerdict(
  status: number,
  failureStore: string | null,
  errorType: string | null,
  reason: string | null,
): ItemVerdict {
  if (status === 200 || status === 201) {
    if (failureStore === 'used') return 'failure store';
    return status === 201 ? 'created' : 'duplicate';
  }
  if (errorType !== null && BLOCKS.has(errorType)) return 'blocked';
  if (status === 409 && (errorType === null || CONFLICTS.has(errorType))) return 'duplicate';
  if (obstacleOf(errorType, reason ?? '') !== null) return 'stop';
  return isPassing(status) ? 'again' : 'rejected';
}

/** What the status of an answer, and the error where `wholeError` found one, say of the request. */
export function wholeVerdict(status: number, error: { type: string | null; reason: string }): WholeVerdict {
  if (status === 200) return 'answered';
  if (error.type !== null && BLOCKS.has(error.type)) return 'blocked';
  if (status === 413) return 'too large';
  // Another 2xx is no answer of `_bulk`, so nothing is known of the documents.
  return isPassing(status) || status < 300 ? 'again' : 'stop';
}

/** A time-out, pressure, or a fault of the server or of something before it. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * What to tell where an item or an answer means `stop`: E_CLUSTER_DENIED for rights, E_CLUSTER_REFUSED for all else.
 * `target` is the name of the data stream or index, or the pattern, as it was given.
 */
export function stopError(status: number, type: string | null, reason: string, target: string): FlowbulkError {
  // Elasticsearch's 401 is a security_exception as well, but it is the credentials that are wrong, not their rights.
  const obstacle = (status === 401 ? null : obstacleOf(type, reason)) ?? ofStatus(status);
  const message = `the cluster does not take documents for "${target}" (${told(status, type, reason)})`;
  return clusterError(obstacle.code, `${message}: ${obstacle.advice(target)}`, status, type);
}

/** Answers as a whole that say nothing of the above. */
function ofStatus(status: number): Omit<Obstacle, 'fits'> {
  if (status === 401) {
    const advice = () =>
      'it does not know the credentials, or got none: look at --api-key-file, --user and --password-file, or ' +
      '--aws-sigv4, and whether they have expired';
    return { code: 'E_CLUSTER_DENIED', advice };
  }
  if (status === 403) {
    const advice = (target: string) =>
      `look at what the credentials may do in "${target}", and at the policy of the domain or collection and its ` +
      'network access; with --aws-sigv4 at region and service (es or aoss)';
    return { code: 'E_CLUSTER_DENIED', advice };
  }
  if (status === 404 || status === 405) {
    const advice = () =>
      'there is no _bulk at this address: look at host, port and path of the destination, https://HOST:9200/NAME';
    return { code: 'E_CLUSTER_REFUSED', advice };
  }
  if (status >= 300 && status < 400) {
    const advice = () => 'it points elsewhere: give the address of the cluster itself, mind http and https';
    return { code: 'E_CLUSTER_REFUSED', advice };
  }
  return { code: 'E_CLUSTER_REFUSED', advice: () => 'put right what it says, then run again' };
}

/**
 * What to tell where an item or an answer means `blocked`: E_CLUSTER_BLOCKED, with the setting that blocks and what to
 * do about it. `target` as for `stopError`.
 */
export function blockedError(status: number, type: string | null, reason: string, target: string): FlowbulkError {
  const block = BLOCK_SETTINGS.find(({ said }) => said.test(reason)) ?? UNKNOWN_BLOCK;
  const message = `writing to "${target}" is blocked by ${block.setting} (${told(status, type, reason)})`;
  const next = `${block.advice}; then run again, or give --wait-blocked to wait for it`;
  return clusterError('E_CLUSTER_BLOCKED', `${message}: ${next}`, status, type);
}

/**
 * The blocks by what Elasticsearch and OpenSearch call them, `[FORBIDDEN/8/index write (api)]`.
 * https://www.elastic.co/docs/reference/elasticsearch/index-settings/index-block
 */
const BLOCK_SETTINGS: readonly { readonly said: RegExp; readonly setting: string; readonly advice: string }[] = [
  {
    said: /\/12\/|read-only-allow-delete|flood[- ]stage/i,
    setting: 'index.blocks.read_only_allow_delete: the disk of a node is fuller than the flood stage watermark',
    advice:
      'make room or add disk (the cluster then lifts it by itself, old versions when the setting is set to null); see ' +
      'cluster.routing.allocation.disk.watermark.flood_stage',
  },
  {
    said: /\/8\/index write/i,
    setting: 'index.blocks.write',
    advice: 'set it to null (PUT NAME/_settings)',
  },
  {
    said: /\/5\/index read-only/i,
    setting: 'index.blocks.read_only',
    advice: 'set it to null (PUT NAME/_settings)',
  },
  {
    said: /\/13\/cluster read-only/i,
    setting: 'cluster.blocks.read_only_allow_delete',
    advice: 'set it to null (PUT _cluster/settings)',
  },
  {
    said: /\/6\/cluster read-only/i,
    setting: 'cluster.blocks.read_only',
    advice: 'set it to null (PUT _cluster/settings)',
  },
  {
    said: /\/10\/cluster create-index/i,
    setting: 'cluster.blocks.create_index: the disks of all nodes are nearly full, or somebody set it',
    advice: 'make room or add disk, or set it to null (PUT _cluster/settings)',
  },
  {
    said: /\/4\/index closed/i,
    setting: 'the closed state of the index',
    advice: 'open it (POST NAME/_open)',
  },
];

const UNKNOWN_BLOCK = {
  setting: 'the cluster',
  advice: 'look at index.blocks.write, index.blocks.read_only_allow_delete (disk full) and cluster.blocks.read_only',
};

/** Status, type and reason as they stand in messages. */
function told(status: number, type: string | null, reason: string): string {
  const text = plainReason(reason);
  return [`status ${status}`, ...(type === null ? [] : [type]), ...(text === '' ? [] : [text])].join(', ');
}

function clusterError(code: ErrorCode, message: string, status: number, type: string | null): FlowbulkError {
  return new FlowbulkError(code, message, { facts: { status, error: type ?? '' } });
}

/** Characters of a reason that are kept. */
const REASON_CHARACTERS = 300;

/**
 * A reason without the piece of the document that Elasticsearch and OpenSearch quote after ". Preview of field's value",
 * of at most 300 characters.
 */
export function plainReason(reason: string): string {
  const preview = reason.indexOf('. Preview');
  return (preview === -1 ? reason : reason.slice(0, preview)).slice(0, REASON_CHARACTERS);
}

/**
 * What refusals are counted by: type and reason, without what differs from document to document: places in the body,
 * values in single quotes, and numbers, times, addresses and ids in brackets.
 */
export function groupOf(errorType: string | null, reason: string | null): string {
  const text = plainReason(reason ?? '')
    .replace(/'[^']*'/g, "'…'")
    .replace(/(\bid )\[[^\]]*\]/g, '$1[…]')
    .replace(/\[[0-9a-fA-FTZ:.,+/_-]*[0-9][0-9a-fA-FTZ:.,+/_ -]*\]/g, '[…]')
    .replace(/(?<![\w.[-])[0-9]+(?:[.,:][0-9]+)*(?![\w\]-])/g, '…');
  return [errorType, text].filter((part) => part !== null && part !== '').join(': ') || 'no reason given';
}
