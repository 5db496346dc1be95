/** Tells a server that wants TLS from one that is ill. */
import { connect } from 'node:tls';

const PATIENCE_MS = 2_000;

/**
 * True where the server behind an `http://` host takes a TLS handshake. Asked when a host that never answered closed
 * the connection without a word: so does Elasticsearch 8, where TLS is on from the start, with plain requests.
 */
export function speaksTls(host: string, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) {
    return Promise.resolve(false);
  }
  const { hostname, port } = new URL(host);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      // Nothing is sent, so nothing is trusted.
      rejectUnauthorized: false,
    });
    const end = (answer: boolean) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = () => end(false);
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(PATIENCE_MS, () => end(false));
    socket.on('secureConnect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
