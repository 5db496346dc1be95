/** A cluster of a few lines: a function from requests to answers, behind a real server. */
import type { TestContext } from 'node:test';
import { ClusterApi } from '../../src/cluster/api.ts';
import { client, serve } from './servers.ts';

/** A request as it came in. */
export interface ScriptedCall {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests pick from it what they know to have sent
  readonly body: any;
}

/** The status and the JSON of an answer. */
export type ScriptedAnswer = readonly [status: number, json: unknown];

/** An API that is answered by `answer`, and the calls made so far. It has little patience with 429 and 5xx. */
export async function scripted(
  t: TestContext,
  answer: (call: ScriptedCall) => ScriptedAnswer,
): Promise<{ api: ClusterApi; calls: ScriptedCall[] }> {
  const calls: ScriptedCall[] = [];
  const origin = await serve(t, async (incoming, outgoing) => {
    const text = Buffer.concat(await incoming.toArray()).toString();
    const path = decodeURIComponent((incoming.url ?? '').replace(/\?.*$/, ''));
    const call = { method: incoming.method ?? '', path, body: text === '' ? undefined : JSON.parse(text) };
    calls.push(call);
    const [status, json] = answer(call);
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  return { api: new ClusterApi(client(t, [origin]), 200), calls };
}

/** An error as both servers give it. */
export function refusal(status: number, type: string, reason: string): ScriptedAnswer {
  const error = { root_cause: [{ type, reason }], type, reason };
  return [status, { error, status }];
}

/** What both servers answer to a path that they do not have. */
export function noHandler({ method, path }: ScriptedCall): ScriptedAnswer {
  return [400, { error: `no handler found for uri [${path}] and method [${method}]` }];
}
