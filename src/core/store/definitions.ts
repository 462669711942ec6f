/** Contracts, routes and prompts by the digest of their content. They are never changed and never removed while a run needs them. */
import { type Contract, contract } from '../../contracts/contract.ts';
import type { Json } from '../../contracts/json.ts';
import { type RouteData, routeData } from '../../contracts/route.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import type { Sql } from './database.ts';

export interface StoredDefinition {
  digest: string;
  /** A prompt is the instructions of a model, kept so that anybody can see what it was told. */
  kind: 'contract' | 'route' | 'prompt';
  body: Json;
}

/** Stores what is not there yet. */
export async function writeDefinitions(sql: Sql, all: readonly StoredDefinition[]): Promise<void> {
  await crossing(
    'definitions',
    () => sql`
    insert into definitions (digest, kind, body)
    select digest, kind, body::jsonb
    from unnest(${all.map((d) => d.digest)}::text[], ${all.map((d) => d.kind)}::text[],
      ${all.map((d) => encodeJson(d.body))}::text[]) as d(digest, kind, body)
    order by digest
    on conflict do nothing`,
  );
}

export interface Definitions {
  contract(digest: string): Contract;
  route(digest: string): RouteData;
  /** Reads those of the given digests that are not known to this process yet. */
  load(digests: readonly string[]): Promise<void>;
}

/** The definitions that this process has seen. Reading one that was not loaded is a defect. */
export function createDefinitions(sql: Sql, own: readonly StoredDefinition[]): Definitions {
  const contracts = new Map<string, Contract>();
  const routes = new Map<string, RouteData>();
  const keep = ({ digest, kind, body }: StoredDefinition) => {
    if (kind === 'contract') contracts.set(digest, contract.parse(body));
    if (kind === 'route') routes.set(digest, routeData.parse(body));
  };
  own.forEach(keep);
  const known = <T>(from: Map<string, T>, digest: string): T => {
    const found = from.get(digest);
    if (found === undefined) throw new Error(`definition ${digest.slice(0, 12)} is not loaded`);
    return found;
  };
  return {
    contract: (digest) => known(contracts, digest),
    route: (digest) => known(routes, digest),
    load: async (digests) => {
      const missing = digests.filter((digest) => !contracts.has(digest) && !routes.has(digest));
      if (missing.length === 0) return;
      const rows = await sql<StoredDefinition[]>`
        select digest, kind, body from definitions where digest = any(${missing}::text[])`;
      rows.forEach(keep);
    },
  };
}
