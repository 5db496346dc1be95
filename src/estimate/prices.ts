/** What requests to S3 cost. */

import { FlowbulkError } from '../errors.ts';

/** When the prices below were written down. AWS changes them seldom, and tells at https://aws.amazon.com/s3/pricing/. */
const PRICES_OF = '2025';

/** US dollars for 1,000 requests: LIST (priced as PUT), and GET and HEAD. */
export interface RequestPrices {
  readonly list: number;
  readonly get: number;
}

/** Prices, and whose they are, in words. */
export interface PriceFacts extends RequestPrices {
  readonly basis: string;
}

const DEFAULT_REGION = 'us-east-1';

/** S3 Standard. */
// biome-ignore format: a table is read by its columns
const PRICES: Readonly<Record<string, RequestPrices>> = {
  'us-east-1':      { list: 0.005,  get: 0.0004 },
  'us-east-2':      { list: 0.005,  get: 0.0004 },
  'us-west-1':      { list: 0.0055, get: 0.00044 },
  'us-west-2':      { list: 0.005,  get: 0.0004 },
  'eu-west-1':      { list: 0.005,  get: 0.0004 },
  'eu-central-1':   { list: 0.0054, get: 0.00043 },
  'ap-northeast-1': { list: 0.0047, get: 0.00037 },
  'ap-southeast-1': { list: 0.005,  get: 0.0004 },
  'ap-southeast-2': { list: 0.0055, get: 0.00044 },
  'sa-east-1':      { list: 0.007,  get: 0.00056 },
};

/**
 * The prices in a bucket's region, with those given by `--prices list=0.005,get=0.0004` instead of the table's. A region
 * that the table does not have gets us-east-1's, and `basis` says so. Throws E_USAGE for a price that is none.
 */
export function pricesOf(region: string | null, asked: readonly string[]): PriceFacts {
  const own = parsePrices(asked);
  if (own.list !== undefined && own.get !== undefined) return { list: own.list, get: own.get, basis: 'as given' };
  const known = region !== null && Object.hasOwn(PRICES, region) ? region : null;
  const table = PRICES[known ?? DEFAULT_REGION]!;
  const place = known ?? `${DEFAULT_REGION}${region === null ? '' : `, for want of ${region}'s`}`;
  const given = own.list === undefined && own.get === undefined ? '' : ', one as given';
  return { ...table, ...own, basis: `S3 Standard in ${place}, ${PRICES_OF}${given}` };
}

function parsePrices(asked: readonly string[]): { list?: number; get?: number } {
  const prices: { list?: number; get?: number } = {};
  for (const one of asked) {
    const [, name, price] = /^(list|get)=(\d+(?:\.\d+)?)$/.exec(one) ?? [];
    if (name === undefined) {
      throw new FlowbulkError(
        'E_USAGE',
        `--prices takes US dollars for 1,000 requests, such as list=0.005,get=0.0004, not '${one}'`,
      );
    }
    prices[name as 'list' | 'get'] = Number(price);
  }
  return prices;
}
