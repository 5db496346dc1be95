/** A server that answers the two questions that log groups are asked, from what a test puts into it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';

/** A running server. */
export interface LogServer {
  readonly endpointUrl: string;
  readonly groups: LogGroup[];
  /** Events by group. */
  readonly events: Map<string, { readonly timestamp: number; readonly message: string; readonly eventId: string }[]>;
  /** Calls for events, by group and range. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Starts a server. Lists of groups come one to a page; the end of a range is inclusive, as AWS says, unless told. */
export async function startLogServer(isEndInclusive = true): Promise<LogServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const input = JSON.parse(Buffer.concat(chunks).toString());
    const action = String(request.headers['x-amz-target']).split('.')[1];
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(action === 'FilterLogEvents' ? eventsOf(input) : groupsOf(input)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const groupsOf = ({ logGroupNamePrefix = '', nextToken = '0' }) => {
    const found = logs.groups.filter(({ logGroupName }) => logGroupName?.startsWith(logGroupNamePrefix));
    const at = Number(nextToken);
    return { logGroups: found.slice(at, at + 1), ...(at + 1 < found.length ? { nextToken: `${at + 1}` } : {}) };
  };
  const eventsOf = ({ logGroupName = '', logGroupIdentifier = '', startTime = 0, endTime = 0 }) => {
    logs.asked.push(`${logGroupName || logGroupIdentifier} ${startTime} ${endTime}`);
    const events = (logs.events.get(logGroupName) ?? []).filter(
      ({ timestamp }) => timestamp >= startTime && (isEndInclusive ? timestamp <= endTime : timestamp < endTime),
    );
    return { events: events.map((event) => ({ ...event, logStreamName: 's', ingestionTime: event.timestamp })) };
  };
  const logs: LogServer = {
    endpointUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    groups: [],
    events: new Map(),
    asked: [],
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return logs;
}
