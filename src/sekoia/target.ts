/** DESTINATION on the command line where it is an intake of Sekoia. */

import { FlowbulkError } from '../errors.ts';

/** An intake's address. */
export interface IntakeTarget {
  /** As it is given on the command line, without a slash at its end. */
  readonly text: string;
  /** Origin and base path, no slash at the end: `https://intake.fra2.sekoia.io/api/v1/intake-http`. */
  readonly url: string;
}

/** True where a DESTINATION is meant to be an intake: `sekoia://`, or `sekoia+http://` for a server without TLS. */
export function isIntake(text: string): boolean {
  return /^sekoia(\+http)?:\/\//i.test(text);
}

/**
 * Reads `sekoia://intake.sekoia.io` or `sekoia://intake.<region>.sekoia.io/api/v1/intake-http`; `sekoia+http://` is for
 * proxies and tests. The base path is kept (https://docs.sekoia.io/integration/ingestion_methods/https/). Throws E_USAGE;
 * the message holds no part of a URL that could be a secret.
 */
export function parseIntake(text: string): IntakeTarget {
  const usage = (message: string) => new FlowbulkError('E_USAGE', message);
  if (text.includes('@') || /[?#]/.test(text)) {
    throw usage(
      'DESTINATION is an address alone, without user, key or query: the intake key goes into --api-key-file or ' +
        'FLOWBULK_API_KEY',
    );
  }
  const [, scheme = '', rest = ''] = /^(sekoia(?:\+http)?):\/\/(.*)$/is.exec(text) ?? [];
  const isPlain = scheme.toLowerCase() === 'sekoia+http';
  const address = `${isPlain ? 'http' : 'https'}://${rest}`;
  if (!/^[^/\s,]+(\/[^\s,]*)?$/.test(rest) || !URL.canParse(address)) {
    throw usage(`"${text}" is no intake: give sekoia://intake.sekoia.io, or the address of your region's`);
  }
  const { host, pathname, origin } = new URL(address);
  const base = pathname.replace(/\/+$/, '');
  if (base.endsWith('/batch')) {
    throw usage(
      `"${text}" ends in /batch, which is added to it: give sekoia://${host}${base.slice(0, -'/batch'.length)}`,
    );
  }
  return { text: `${isPlain ? 'sekoia+http' : 'sekoia'}://${host}${base}`, url: `${origin}${base}` };
}
