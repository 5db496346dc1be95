/** DESTINATION on the command line where it is a cluster: hosts and a name in them. */
import { FlowbulkError } from '../errors.ts';
import { cloudOrigin } from './cloud-id.ts';

/** A cluster and a name in it. */
export interface Target {
  /** Origin and path prefix of each host, no slash at the end: `https://a:9200/es`. */
  readonly hosts: readonly string[];
  /** Last segment: data stream, index, alias or time pattern, as written. */
  readonly name: string;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** True where a DESTINATION is meant to be a cluster: `http://`, `https://` or `elastic://`. */
export function isTarget(text: string): boolean {
  return /^(https?|elastic):\/\//i.test(text);
}

/**
 * Reads `https://host:9200/NAME`, `https://a:9200,b:9200/NAME` (also with a scheme at each host), or `elastic:///NAME`
 * with the ID of an Elastic Cloud deployment. What lies between host and NAME is a path prefix; hosts without one take
 * the last host's. Throws E_USAGE; the message holds no part of a URL that could be a secret.
 */
export function parseTarget(text: string, cloudId?: string): Target {
  // A password can hold any character, a slash too: so an @ anywhere is taken for the end of one.
  if (text.includes('@')) {
    throw usage(
      'DESTINATION holds a user name or a password, which would be seen in process lists: use --user and --password-file',
    );
  }
  if (/[?#]/.test(text)) {
    throw usage('DESTINATION ends with the name of a data stream or an index: it takes no ? and no #');
  }
  const scheme = SCHEME.exec(text)?.[0].toLowerCase();
  if (scheme === undefined || !isTarget(text)) {
    throw usage(`"${text}" is no cluster: give https://host:9200/NAME or elastic:///NAME`);
  }
  if (scheme === 'elastic://') {
    return parseCloudTarget(text, cloudId);
  }
  const entries = splitHosts(text.slice(scheme.length)).map((entry) => (SCHEME.test(entry) ? entry : scheme + entry));
  const { before: last, name } = cutName(entries.at(-1) as string);
  const lastHost = parseHost(last, text);
  checkName(name);
  const hosts = entries.slice(0, -1).map((entry) => {
    const host = parseHost(entry, text);
    if (host.path === '' || host.path === `${lastHost.path}/${name}`) {
      return host.origin + lastHost.path;
    }
    return host.origin + host.path;
  });
  return { hosts: [...new Set([...hosts, lastHost.origin + lastHost.path])], name };
}

function parseCloudTarget(text: string, cloudId: string | undefined): Target {
  const rest = text.slice('elastic://'.length);
  if (!rest.startsWith('/')) {
    throw usage(`"${text}" names a host: give elastic:///NAME (three slashes) with --cloud-id, or https://host/NAME`);
  }
  if (cloudId === undefined || cloudId === '') {
    throw usage(`"${text}" needs --cloud-id: copy the Cloud ID from the deployment's page in Elastic Cloud`);
  }
  const name = rest.slice(1);
  checkName(name);
  return { hosts: [cloudOrigin(cloudId)], name };
}

/** At commas outside of braces: a pattern may come to hold some. */
function splitHosts(text: string): string[] {
  return text.split(/,(?![^{]*\})/);
}

/** Cuts an entry at its last slash outside of braces and after the scheme's; the name is empty where there is none. */
function cutName(entry: string): { before: string; name: string } {
  const schemeEnd = entry.indexOf('://') + 3;
  const inBraces = /\{[^{}]*\}/g;
  const slash = entry.replace(inBraces, (braces) => '.'.repeat(braces.length)).lastIndexOf('/');
  return slash < schemeEnd
    ? { before: entry, name: '' }
    : { before: entry.slice(0, slash), name: entry.slice(slash + 1) };
}

function parseHost(entry: string, text: string): { origin: string; path: string } {
  if (!/^https?:\/\/[^/]/i.test(entry) || !URL.canParse(entry)) {
    throw usage(`"${text}" holds a host that is none: give https://host:9200/NAME, several hosts by comma`);
  }
  const url = new URL(entry);
  return { origin: `${url.protocol}//${url.host}`, path: url.pathname.replace(/\/+$/, '') };
}

/**
 * Rules for index names: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create; what
 * stands in braces is the time pattern's matter.
 */
function checkName(name: string): void {
  if (name === '') {
    throw usage(
      'DESTINATION has no NAME after its last slash: give https://host:9200/NAME, where NAME is a data stream, an index ' +
        'or a pattern such as vpcflow-{yyyy.MM}, and 9200 the port that Elasticsearch and OpenSearch listen on',
    );
  }
  const fixed = name.replace(/\{[^{}]*\}/g, '');
  const refuse = (why: string) => usage(`"${name}" cannot be the name of a data stream or an index: ${why}`);
  const odd = /[^\p{L}\p{N}._+~!$&()=;^-]/u.exec(fixed)?.[0];
  if (odd !== undefined) {
    throw refuse(`${odd === ' ' ? 'a blank' : odd} is not allowed in it`);
  }
  if (fixed !== fixed.toLowerCase()) {
    throw refuse(`it has to be lower case, as in "${name.replace(/\{[^{}]*\}|[^{}]+/g, lowerOutside)}"`);
  }
  if (/^[_+-]/.test(name)) {
    throw refuse(`it may not begin with ${name[0]}`);
  }
  if (/^\.(ds|fs)-/.test(name)) {
    throw refuse('it is a backing index: name the data stream it belongs to');
  }
  if (name === '.' || name === '..' || Buffer.byteLength(name) > 255) {
    throw refuse('names are 1 to 255 bytes long, and not . or ..');
  }
}

function lowerOutside(part: string): string {
  return part.startsWith('{') ? part : part.toLowerCase();
}

function usage(message: string): FlowbulkError {
  return new FlowbulkError('E_USAGE', message);
}
