/** A `_bulk` server in this process that keeps what it gets, to be compared with what should have been sent. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { documentsById } from './prepared.ts';

/** What came in. */
export interface RecordingServer {
  readonly url: string;
  /** Documents by id. */
  readonly documents: ReadonlyMap<string, string>;
  /** Ids that came more than once, and requests by how they were encoded. */
  readonly counts: { readonly again: number; readonly plain: number; readonly gzip: number };
  close(): Promise<void>;
}

/** Starts it on a port of this machine. Every document is answered with 201. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const documents = new Map<string, string>();
  const counts = { again: 0, plain: 0, gzip: 0 };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isGzip = request.headers['content-encoding'] === 'gzip';
    const sent = Buffer.concat(chunks);
    let items = 0;
    for (const [id, document] of documentsById(isGzip ? gunzipSync(sent) : sent)) {
      if (documents.has(id)) counts.again++;
      documents.set(id, document);
      items++;
    }
    counts[isGzip ? 'gzip' : 'plain']++;
    response.setHeader('content-type', 'application/json');
    response.end(`{"errors":false,"items":[${Array(items).fill('{"create":{"status":201}}').join()}]}`);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      // The run hears of it as a refusal, and stops.
      response.statusCode = 400;
      response.end(error.message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    documents,
    counts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
