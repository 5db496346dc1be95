/** What the credentials may do on the target, as far as the cluster tells. */

import { type ApiAnswer, refusalOf } from '../cluster/api.ts';
import { type Finding, fail, failure, ok, skipped, warn } from './check.ts';
import type { Known } from './cluster.ts';

/**
 * Index privileges of Elasticsearch besides `create_doc`, and what goes without:
 * https://www.elastic.co/docs/reference/elasticsearch/security-privileges
 */
const WISHED: Readonly<Record<string, string>> = {
  read: 'looking for documents after a rollover, and verify',
  view_index_metadata: 'seeing what the name is',
  maintenance: 'refreshing before such a look',
  monitor: 'seeing its size',
};

/** Either lets `_bulk` make what is not there yet. */
const MAKING = ['auto_configure', 'create_index'] as const;

interface HasPrivileges {
  readonly username?: string;
  readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

interface AuthInfo {
  readonly user_name?: string;
  readonly roles?: readonly string[];
}

/** `names` is a name or a pattern of what is written to. */
export function rightsFinding(known: Known, names: string, hasKey: boolean, signal: AbortSignal): Promise<Finding> {
  const { amazon, product } = known.cluster;
  if (amazon === 'aoss') {
    return Promise.resolve(
      skipped('Amazon OpenSearch Serverless does not tell: its data access policies have to allow it'),
    );
  }
  return product === 'elasticsearch' ? elasticRights(known, names, hasKey, signal) : openSearchRights(known, signal);
}

/** Without security Elasticsearch has no such request, and takes `_security` for an index. */
const hasNoHandler = ({ status, text }: ApiAnswer) =>
  status === 405 || status === 404 || (status === 400 && /no handler found|disabled/i.test(text));

async function elasticRights(
  { api, kind }: Known,
  names: string,
  hasKey: boolean,
  signal: AbortSignal,
): Promise<Finding> {
  const privileges = ['create_doc', ...MAKING, ...Object.keys(WISHED)];
  const body = { index: [{ names: [names], privileges }] };
  const answer = await api.call('POST', '/_security/user/_has_privileges', body, signal);
  if (hasNoHandler(answer)) {
    return noSecurity(hasKey);
  }
  if (answer.status === 403) return skipped('the cluster does not tell these credentials: only a run can');
  if (answer.status !== 200) return failure(refusalOf(answer, 'asking for rights'));
  const { username = 'unknown', index = {} } = answer.json as HasPrivileges;
  const has = index[names] ?? {};
  const who = `as ${username} on ${names}`;
  if (!has['create_doc']) {
    return fail(`no right to write, ${who}`, `give the key, user or role create_doc and auto_configure on ${names}`);
  }
  const canMake = MAKING.some((one) => has[one]);
  if (!canMake && kind !== 'data stream' && kind !== 'index' && kind !== 'alias') {
    return fail(`create_doc, but no right to make what is not there, ${who}`, `give auto_configure on ${names}`);
  }
  const lacking = Object.keys(WISHED).filter((one) => !has[one]);
  const given = privileges.filter((one) => has[one]).join(', ');
  if (lacking.length === 0) return ok(`${given}, ${who}`);
  const why = lacking.map((one) => `${one} (${WISHED[one]})`).join(', ');
  return warn(`${given}, ${who}; not ${lacking.join(', ')}`, `give ${why}`);
}

async function openSearchRights({ api }: Known, signal: AbortSignal): Promise<Finding> {
  const answer = await api.call('GET', '/_plugins/_security/authinfo', undefined, signal);
  if (hasNoHandler(answer)) return noSecurity(false);
  if (answer.status !== 200) return skipped('the cluster does not tell these credentials: only a run can');
  const { user_name: user = 'unknown', roles = [] } = answer.json as AuthInfo;
  const who = `user ${user} with the roles ${roles.join(', ') || 'none'}`;
  if (roles.includes('all_access')) return ok(`all, ${who}`);
  return skipped(`${who}: OpenSearch does not tell what these may do, only a run can`);
}

function noSecurity(hasKey: boolean): Finding {
  return ok(`security is off: anybody may write${hasKey ? ', and the credentials are not looked at' : ''}`);
}
