/** A sender against a fault server, and bodies to send. */

import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { FILTER_PATH } from '../../src/delivery/answer.ts';
import { BulkSender } from '../../src/delivery/bulk-sender.ts';
import type { BulkSpec } from '../../src/delivery/bulk-spec.ts';
import { type PermitLimits, Permits } from '../../src/delivery/permits.ts';
import { type DeadLetter, DeadLetterFile } from '../../src/sinks/dead-letters.ts';
import { type BodyPart, DocumentAccount } from '../../src/sinks/document-account.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import type { FaultServer } from './fault-server.ts';

/** The stream that is sent to. */
export const STREAM = 'logs-aws.vpcflow-default';

const LIMITS: PermitLimits = {
  concurrency: 4,
  isFixed: false,
  mostConcurrency: 8,
  inflightBytes: 1 << 20,
  maxRate: null,
};

/** A sender with what it fills. */
export interface Sending {
  readonly sender: BulkSender;
  readonly permits: Permits;
  letters(): Promise<DeadLetter[]>;
}

/** Makes a sender; waits are a thousandth of what they are in life. */
export async function sendingTo(
  server: FaultServer,
  more: Partial<BulkSpec> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Sending> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flowbulk-sending-'));
  const file = path.join(folder, 'dead-letters.ndjson');
  const deadLetters = new DeadLetterFile(file);
  const limits = more.limits ?? LIMITS;
  const permits = new Permits(limits);
  const spec: BulkSpec = {
    hosts: [server.url],
    access: {
      authorization: null,
      sigv4: null,
      ca: null,
      cert: null,
      key: null,
      insecure: false,
      requestTimeoutMs: 5_000,
    },
    path: `/${STREAM}/_bulk?filter_path=${FILTER_PATH}`,
    name: STREAM,
    isTimeNamed: false,
    stream: null,
    hasIds: true,
    gzip: false,
    permits: permits.buffer,
    limits,
    connections: 8,
    retryForMs: 60_000,
    waitBlocked: false,
    maxRejects: Number.POSITIVE_INFINITY,
    ...more,
  };
  const sender = new BulkSender(spec, { run: 'test', deadLetters, signal, random: () => 0.001 });
  after(async () => {
    await sender.close();
    deadLetters.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    sender,
    permits,
    async letters() {
      const text = await readFile(file, 'utf8').catch(() => '');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as DeadLetter);
    },
  };
}

/** An object's account. */
export function accountOf(key: string): DocumentAccount {
  const object: SourceObject = { kind: 'file', bucket: null, key, path: key, etag: 'e', size: 1, lastModifiedMs: 0 };
  return new DocumentAccount(object, `/${key}`);
}

/** A body with the documents of some objects, `counts` of each, from the number `from` on. */
export function bodyOf(
  accounts: readonly DocumentAccount[],
  counts: readonly number[],
  from: number,
  hasIds = true,
): { bytes: Buffer; parts: BodyPart[] } {
  const parts = counts.map((documents, i) => ({ account: accounts[i] as DocumentAccount, documents }));
  let n = from;
  const lines = parts.flatMap(({ account, documents }) =>
    Array.from({ length: documents }, () => {
      const offset = n++;
      const action = { create: hasIds ? { _id: `id-${offset}` } : {} };
      const log = { file: { path: account.path }, offset };
      return `${JSON.stringify(action)}\n${JSON.stringify({ '@timestamp': '2025-01-01T00:00:00.000Z', log, n: offset })}\n`;
    }),
  );
  return { bytes: Buffer.from(lines.join('')), parts };
}

/** What accounts say, all together. */
export function totals(accounts: readonly DocumentAccount[]) {
  const sum = (of: (account: DocumentAccount) => number) => accounts.reduce((total, one) => total + of(one), 0);
  return {
    created: sum(({ created }) => created),
    duplicates: sum(({ duplicates }) => duplicates),
    failureStore: sum(({ failureStore }) => failureStore),
    rejected: sum(({ rejects }) => Object.values(rejects).reduce((total, count) => total + count, 0)),
  };
}
