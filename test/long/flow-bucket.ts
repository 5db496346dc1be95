/** A bucket of millions of flow logs that exist by their number only: 40 accounts, 3 regions, a file each five minutes. */
import type { Level, Lister } from '../../src/plan/lister.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const ACCOUNTS = 40;
const REGIONS = ['eu-west-1', 'us-east-1', 'ap-south-1'] as const;
const FLOWS = ACCOUNTS * REGIONS.length;
const MS_PER_FILE = 300_000;
const MS_PER_DAY = 86_400_000;
const BEGIN_MS = Date.UTC(2024, 0, 1);
const PAGE_OBJECTS = 1_000;

const accountOf = (flow: number): string => `1234567890${10 + Math.floor(flow / REGIONS.length)}`;
const regionOf = (flow: number): string => REGIONS[flow % REGIONS.length] as string;
const stampOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '/');

/** Object `i`: all flows of a time come before the next time. */
export function flowObject(i: number): SourceObject {
  const flow = i % FLOWS;
  const timeMs = BEGIN_MS + Math.floor(i / FLOWS) * MS_PER_FILE;
  const [account, region] = [accountOf(flow), regionOf(flow)];
  const name = `${account}_vpcflowlogs_${region}_fl-0123456789abcdef0_${stampOf(timeMs)}Z_${i.toString(16)}.log.gz`;
  return {
    kind: 's3',
    bucket: 'logs',
    key: `AWSLogs/${account}/vpcflowlogs/${region}/${dayOf(timeMs)}/${name}`,
    path: null,
    etag: `${i}`.padStart(32, '0'),
    size: 1e6 + i,
    lastModifiedMs: 0,
  };
}

/** Lists the first `count` objects as a bucket would, page by page. */
export class FlowBucket implements Lister {
  readonly #count: number;
  readonly #days: readonly string[];
  #requests = 0;

  constructor(count: number) {
    this.#count = count;
    const days = Math.ceil((Math.ceil(count / FLOWS) * MS_PER_FILE) / MS_PER_DAY);
    this.#days = Array.from({ length: days }, (_, day) => dayOf(BEGIN_MS + day * MS_PER_DAY));
  }

  /** LIST requests so far. */
  get requests(): number {
    return this.#requests;
  }

  async folders(prefix: string): Promise<Level> {
    this.#requests++;
    return { folders: [...new Set(this.#below(prefix))], loose: false, flat: false };
  }

  *#below(prefix: string): Generator<string> {
    const levels = prefix.split('/').length;
    for (let flow = 0; flow < FLOWS; flow++) {
      for (const day of this.#days) {
        const folder = `AWSLogs/${accountOf(flow)}/vpcflowlogs/${regionOf(flow)}/${day}/`;
        if (folder.startsWith(prefix) && folder !== prefix) yield `${folder.split('/', levels).join('/')}/`;
      }
    }
  }

  async *objects(prefix: string): AsyncGenerator<readonly SourceObject[]> {
    const [, account, , region, ...date] = prefix.split('/');
    const flow = Array.from({ length: FLOWS }, (_, one) => one).find(
      (one) => accountOf(one) === account && regionOf(one) === region,
    );
    const day = this.#days.indexOf(date.slice(0, 3).join('/'));
    if (flow === undefined || day < 0) return;
    const perDay = MS_PER_DAY / MS_PER_FILE;
    const first = day * perDay * FLOWS + flow;
    const numbers = Array.from({ length: perDay }, (_, n) => first + n * FLOWS).filter((i) => i < this.#count);
    for (let at = 0; at < numbers.length; at += PAGE_OBJECTS) {
      this.#requests++;
      yield numbers.slice(at, at + PAGE_OBJECTS).map(flowObject);
    }
  }
}
