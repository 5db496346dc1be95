/** OpenSearch and Elasticsearch side by side for the tests of one file. */
import { after } from 'node:test';
import { ClusterClient } from './client.ts';
import { type ClusterServer, type ServerOptions, startElasticsearch, startOpenSearch } from './servers.ts';

/** A product to be tested with; `skip` where its server cannot be had, which servers.ts has told by then. */
export interface Product {
  readonly name: 'OpenSearch' | 'Elasticsearch';
  readonly skip: boolean;
  /** Throws where it cannot be had. */
  readonly server: ClusterServer;
  readonly client: ClusterClient;
}

function product(name: Product['name'], started: ClusterServer | null): Product {
  const client = started === null ? null : new ClusterClient(started);
  const there = <T>(one: T | null): T => {
    if (one === null) throw new Error(`there is no ${name}`);
    return one;
  };
  return {
    name,
    skip: started === null,
    get server() {
      return there(started);
    },
    get client() {
      return there(client);
    },
  };
}

/** Starts both, the newest that can be had, with the same options; they end with the test file. */
export async function bothProducts(options: ServerOptions = {}): Promise<readonly [Product, Product]> {
  const starting = [startOpenSearch(options), startElasticsearch(options)] as const;
  after(async () => {
    for (const one of await Promise.allSettled(starting)) if (one.status === 'fulfilled') await one.value?.stop();
  });
  const [openSearch, elasticsearch] = await Promise.all(starting);
  return [product('OpenSearch', openSearch), product('Elasticsearch', elasticsearch)];
}
