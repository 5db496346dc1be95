/** What it means when a request to a cluster got no answer. */
import { FlowbulkError } from '../errors.ts';

/** Why no answer came; `facts.kind` of E_CLUSTER_UNREACHABLE. */
export type UnreachableKind = 'refused' | 'reset' | 'timeout' | 'dns' | 'cut' | 'other';

/** What is known about the failed request. */
export interface FailedCall {
  /** As in `Target.hosts`. */
  readonly host: string;
  /** True from the answer's headers on. */
  readonly hasHead: boolean;
  /** True where the host has ever answered. */
  readonly hasAnswered: boolean;
  readonly hasClientCert: boolean;
}

/** Codes of libuv, of Node and of undici (whose errors of its parser have a name only). */
const KINDS: Readonly<Record<string, UnreachableKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};

/** OpenSSL's reasons that are about this client's certificate; OpenSSL 3.5 says SSL/TLS for the older ones' SSLV3. */
const CLIENT_CERT =
  /^ERR_SSL_(TLSV13_ALERT_CERTIFICATE_REQUIRED|(SSLV3|SSL\/TLS)_ALERT_(BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE)|TLSV1_ALERT_(UNKNOWN_CA|ACCESS_DENIED))$/;

/** A server that answers a TLS greeting in plain text: OpenSSL takes its letters for a TLS version or a length. */
const PLAIN_SERVER = /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL|PACKET_LENGTH_TOO_LONG)$/;

/** Client and server have no protocol or cipher in common, or the server knows no such name. */
const NO_HANDSHAKE =
  /^ERR_SSL_((SSLV3|SSL\/TLS)_ALERT_HANDSHAKE_FAILURE|TLSV1_ALERT_PROTOCOL_VERSION|TLSV1_ALERT_INSUFFICIENT_SECURITY|TLSV1_UNRECOGNIZED_NAME|UNSUPPORTED_PROTOCOL|NO_\w+|UNEXPECTED_MESSAGE|\w*TOO_SMALL)$/;

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and the one for names. */
const UNTRUSTED =
  /^(UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)_\w+|(CERT|CRL)_\w+|ERROR_IN_(CERT|CRL)_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/**
 * E_CLUSTER_UNREACHABLE where the same request may go well later, E_CLUSTER_REFUSED where TLS or HTTP will never come
 * about. Anything that is no failure of the network, a fault of the program's, is given back as it is.
 */
export function failureOf(cause: unknown, call: FailedCall): unknown {
  const { name, code = name === 'HTTPParserError' ? 'HPE' : undefined } = cause as NodeJS.ErrnoException;
  if (cause instanceof FlowbulkError || typeof code !== 'string') {
    return cause;
  }
  if (UNTRUSTED.test(code)) {
    return untrusted(code, cause as Error, call.host);
  }
  if (code.startsWith('ERR_SSL_')) {
    const advice = handshakeAdvice(code, call);
    return advice === null
      ? unreachable('other', call.host, code, cause)
      : refused(`${advice} (${code})`, call.host, cause);
  }
  if (code.startsWith('HPE') && !call.hasHead && !call.hasAnswered) {
    return notHttp(call.host, cause as Error);
  }
  const kind = KINDS[code] ?? (/^(E[A-Z0-9]+|HPE\w*|UND_ERR_(HEADERS_OVERFLOW|RES_\w+))$/.test(code) ? 'other' : null);
  if (kind === null) {
    return cause;
  }
  // Undici's own errors say more by their words ("other side closed") than by their code.
  const why = /^(UND_ERR_|HPE)/.test(code) ? (cause as Error).message : code;
  return unreachable(call.hasHead ? 'cut' : kind, call.host, why, cause, kind === 'reset' ? resetHint(call) : '');
}

/** The whole request took longer than it may. */
export function requestTimeout(host: string, timeoutMs: number): FlowbulkError {
  return unreachable('timeout', host, `no whole answer in ${timeoutMs / 1000} s`, undefined);
}

/** A server that closes plain connections since it speaks TLS. */
export function speaksTlsError(host: string): FlowbulkError {
  return refused(`${host} speaks TLS: give ${host.replace(/^http:/, 'https:')}`, host, undefined);
}

/** An answer larger than any that a cluster gives. */
export function answerTooLarge(host: string, limitBytes: number): FlowbulkError {
  return refused(`${host} answered with more than ${limitBytes} bytes: is it what is meant?`, host, undefined);
}

const NEXT: Readonly<Record<UnreachableKind, string>> = {
  refused: 'is it running, and is this its port?',
  dns: 'look at the name of the host',
  timeout: 'look at the port, at firewalls, at its load and at --request-timeout',
  reset: 'it closed the connection before it answered; look at it and at proxies before it',
  cut: 'the connection broke inside its answer; look at it and at proxies before it',
  other: 'look at the network and at what answers there',
};

function unreachable(kind: UnreachableKind, host: string, why: string, cause: unknown, hint = ''): FlowbulkError {
  const message = `${host} cannot be reached (${why}): ${NEXT[kind]}${hint}`;
  return new FlowbulkError('E_CLUSTER_UNREACHABLE', message, { cause, facts: { kind, host } });
}

/** Some servers say nothing when they do not like the client's certificate: Node's, for one. */
function resetHint({ host, hasHead, hasAnswered, hasClientCert }: FailedCall): string {
  if (hasHead || hasAnswered || !host.startsWith('https:')) {
    return '';
  }
  return hasClientCert
    ? ' (does it accept the client certificate, --cert and --key?)'
    : ' (does it want a client certificate, --cert and --key?)';
}

function refused(message: string, host: string, cause: unknown): FlowbulkError {
  return new FlowbulkError('E_CLUSTER_REFUSED', message, { cause, facts: { host } });
}

function untrusted(code: string, cause: Error, host: string): FlowbulkError {
  const why = `(${code}: ${cause.message})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    const next = 'use a name that it holds, or --insecure, which verifies nothing';
    return refused(`the certificate of ${host} is for another name ${why}: ${next}`, host, cause);
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const next = 'renew it or look at the clock; --insecure verifies nothing';
    return refused(`the certificate of ${host} is not valid now ${why}: ${next}`, host, cause);
  }
  const next = 'give the certificate of its authority by --ca FILE, or --insecure, which verifies nothing';
  return refused(`the certificate of ${host} is not trusted ${why}: ${next}`, host, cause);
}

function handshakeAdvice(code: string, { host, hasAnswered, hasClientCert }: FailedCall): string | null {
  if (PLAIN_SERVER.test(code)) {
    return hasAnswered ? null : `${host} speaks plain HTTP, not TLS: give ${host.replace(/^https:/, 'http:')}`;
  }
  if (CLIENT_CERT.test(code)) {
    return hasClientCert
      ? `${host} does not accept the client certificate: look at --cert and --key`
      : `${host} wants a client certificate: give --cert and --key`;
  }
  if (!NO_HANDSHAKE.test(code)) {
    return null;
  }
  return hasClientCert
    ? `${host} and this client cannot agree on TLS: look at --cert and --key, and at the server's protocols`
    : `${host} and this client cannot agree on TLS: it may want a client certificate (--cert, --key)`;
}

function notHttp(host: string, cause: Error & { data?: unknown }): FlowbulkError {
  // A TLS alert: record type 21, then version 3.x.
  return String(cause.data ?? '').startsWith('\u0015\u0003')
    ? speaksTlsError(host)
    : refused(`${host} does not answer in HTTP (${cause.message}): look at the port`, host, cause);
}
