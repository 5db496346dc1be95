/** DESTINATION where it is StackState's receiver. */

import { FlowbulkError } from '../errors.ts';

const SCHEME = /^stackstate(?:\+(https?))?:\/\//i;

/** Whether an argument is a receiver. */
export function isReceiver(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * The base of a receiver's address, no slash at its end: `stackstate://host:7077` is `https://host:7077`, and what stands
 * behind the host is kept, as `/receiver` of StackState on Kubernetes. `stackstate+http://` is for servers without TLS.
 * Throws E_USAGE; the message holds no part of it that could be a secret.
 */
export function parseReceiver(text: string): string {
  const [scheme = '', plain = 'https'] = SCHEME.exec(text) ?? [];
  const rest = text.slice(scheme.length);
  const usage = (why: string) =>
    new FlowbulkError(
      'E_USAGE',
      `${why}: give stackstate://host:7077, or stackstate://host/receiver for StackState on Kubernetes`,
    );
  if (/[?#@]/.test(rest)) {
    throw usage(
      'DESTINATION takes neither a key nor a password, which would be seen in process lists (--api-key-file)',
    );
  }
  // `https:///path` would be taken for a host called path.
  const isWhole = !rest.startsWith('/') && URL.canParse(`${plain}://${rest}`);
  const url = isWhole ? new URL(`${plain.toLowerCase()}://${rest}`) : null;
  if (url === null || url.hostname === '') throw usage(`"${text}" names no host`);
  const path = url.pathname.replace(/\/+$/, '');
  // The whole address may be pasted.
  return url.origin + path.replace(/\/stsAgent(\/intake)?$/, '');
}
