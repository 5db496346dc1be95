/**
 * A proxy that gives the answers of an EC2 server page by page, as AWS does and moto does not, and that throttles where it
 * is told to. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
 */

import { createServer } from 'node:http';

/** A running proxy. */
export interface PagedEc2 {
  readonly url: string;
  /** Region and token of each request for interfaces. */
  readonly seen: { readonly region: string; readonly token: string | null }[];
  /** So many requests are answered with RequestLimitExceeded, the next ones. */
  throttled: number;
  /** All are answered as where the right is missing. */
  isDenied: boolean;
  stop(): Promise<void>;
}

/** The items directly inside a set. */
function itemsOf(set: string): readonly string[] {
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: tag, index } of set.matchAll(/<\/?item>/g)) {
    if (tag === '<item>' && depth++ === 0) from = index;
    if (tag === '</item>' && --depth === 0) items.push(set.slice(from, index + tag.length));
  }
  return items;
}

const SET = /<networkInterfaceSet>([\s\S]*)<\/networkInterfaceSet>/;

/** Starts a proxy before the server at `url`; a page has so many interfaces. */
export async function startPagedEc2(url: string, pageInterfaces: number): Promise<PagedEc2> {
  const seen: PagedEc2['seen'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(body);
    const token = form.get('NextToken');
    const authorization = request.headers.authorization ?? '';
    seen.push({ region: authorization.split('/')[2] ?? '', token });
    const refuse = (status: number, code: string, message: string) => {
      const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
      response.writeHead(status).end(`<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`);
    };
    if (result.isDenied)
      return refuse(403, 'UnauthorizedOperation', 'You are not authorized to perform this operation.');
    if (result.throttled > 0) {
      result.throttled--;
      return refuse(503, 'RequestLimitExceeded', 'Request limit exceeded.');
    }
    const { 'content-type': type = '' } = request.headers;
    const answer = await fetch(url, { method: 'POST', body, headers: { authorization, 'content-type': type } });
    const whole = await answer.text();
    const items = itemsOf(SET.exec(whole)?.[1] ?? '');
    const from = Number(token ?? 0);
    const to = from + pageInterfaces;
    const next = to < items.length ? `<nextToken>${to}</nextToken>` : '';
    const page = `<networkInterfaceSet>${items.slice(from, to).join('')}</networkInterfaceSet>${next}`;
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(whole.replace(SET, () => page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const result: PagedEc2 = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    seen,
    throttled: 0,
    isDenied: false,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return result;
}
