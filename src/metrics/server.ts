/** Metrics over HTTP, for as long as a run goes on. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlowbulkError } from '../errors.ts';
import { CONTENT_TYPE } from './exposition.ts';

/** A server that runs. */
export interface MetricsServer {
  readonly port: number;
  /** Ends it, with the answers under way. */
  stop(): Promise<void>;
}

/** A scraper that sends slowly, or nothing, is let go. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves `text()` at /metrics on all addresses: in a container the scraper comes from outside. It tells numbers and the
 * job's name, nothing else. 0 as port lets the system choose. It never keeps the process alive. Throws E_USAGE where
 * the port cannot be had.
 */
export async function serveMetrics(port: number, text: () => string): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      const path = request.url?.replace(/\?.*$/, '');
      // A scraper must not hold the end of the run up by a connection that it keeps.
      response.setHeader('connection', 'close');
      if (path !== '/metrics') {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('see /metrics\n');
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('GET only\n');
      } else {
        response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text());
      }
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = { EADDRINUSE: 'is in use', EACCES: 'needs more rights' }[cause.code ?? ''] ?? `(${cause.code})`;
      reject(new FlowbulkError('E_USAGE', `--metrics-port: port ${port} ${why}: give another`, { cause }));
    });
    server.listen(port, resolve);
  });
  // Nothing that befalls the server later (no file descriptors left, say) is a reason to end a run.
  server.on('error', () => {});
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
