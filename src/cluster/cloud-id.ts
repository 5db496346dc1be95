/** Elastic Cloud's deployment IDs. */
import { FlowbulkError } from '../errors.ts';

/**
 * The origin of Elasticsearch in a Cloud ID, `name:base64(host[:port]$es-uuid[:port]$kibana-uuid)`, as Elastic's own
 * shippers read it (https://github.com/elastic/beats/blob/main/libbeat/cloudid/cloudid.go). Throws E_USAGE.
 */
export function cloudOrigin(cloudId: string): string {
  const decoded = Buffer.from(cloudId.slice(cloudId.lastIndexOf(':') + 1), 'base64').toString('latin1');
  const [domain = '', cluster = ''] = decoded.split('$');
  const [, host, hostPort] = /^([a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(domain) ?? [];
  const [, uuid, ownPort] = /^([a-z0-9-]+)(?::(\d{1,5}))?$/i.exec(cluster) ?? [];
  const origin = `https://${uuid}.${host}:${ownPort ?? hostPort ?? 443}`;
  if (host === undefined || uuid === undefined || !URL.canParse(origin)) {
    throw new FlowbulkError(
      'E_USAGE',
      `--cloud-id "${cloudId}" is none: copy it from the deployment's page in Elastic Cloud (name:base64)`,
    );
  }
  return new URL(origin).origin;
}
