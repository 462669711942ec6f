/**
 * What can be looked at: the services of the configuration by their names, and whatever address a task writes down.
 *
 * A target is a text that means the same in every process: an address, or the name of one that the configuration holds
 * (`sample/api`). The addresses behind the names are looked up where they are used, so that no journal, no card and no
 * edited input decides where a request goes.
 */
import { type AddressGuard, Refusal } from 'baton';

export interface Service {
  /** One lower-case word. Its addresses are targets by the names `<service>/<address>`. */
  name: string;
  /** What people call it beside its name, in any language. */
  names?: string[];
  addresses: Record<string, string>;
  /** Where a POST restarts it. Without one nothing is proposed when it is down. */
  restart?: string;
  /** Called before anything is sent to it. */
  wake?: () => Promise<void>;
}

export interface Targets {
  /** All that a text names, each once. Throws a Refusal for what is none, or may not be looked at. */
  find(text: string): string[];
  /** The address of a target. */
  urlOf(target: string): URL;
  serviceOf(target: string): Service | null;
  serviceNamed(name: string): Service | null;
}

const maxTargets = 20;

/** What an address may go on with; a sign at its very end belongs to the sentence. */
const rest = String.raw`[^\s<>"'«»]{0,500}[^\s<>"'«».,;:!?)\]]`;

const v6 = String.raw`\[[\da-f:.]{2,45}\]`;
const host = String.raw`(?:[a-z\d][a-z\d-]{0,62}\.){1,8}(?:[a-z][a-z\d-]{1,62}|\d{1,3})|localhost|${v6}`;

/** An address as people write it: with a scheme, or without one and then perhaps with a port or a path. */
export const addressPattern = [
  String.raw`(?:https?:\/\/(?:${v6}(?:${rest})?|${rest})`,
  String.raw`|(?<![\p{L}\d.@\/-])(?:${host})(?::\d{1,5})?(?![\p{L}\d@])(?:\/(?:${rest})?)?)`,
].join('');

/** The targets of these services, and any other address that the guard's list names. */
export function createTargets(services: readonly Service[], guard: AddressGuard): Targets {
  const known = new Map<string, { service: Service; url: string }>(
    services.flatMap((service) =>
      Object.entries(service.addresses).map(([name, url]) => [`${service.name}/${name}`, { service, url }] as const),
    ),
  );
  const byUrl = new Map([...known].map(([target, { url }]) => [new URL(url).href, target]));
  const calls = services.map((service) => ({ service, pattern: new RegExp(namePattern([service]), 'iu') }));

  const read = (written: string): string => {
    const url = readAddress(written);
    if (!url) throw new Refusal(`${written.slice(0, 100)} is no address that can be looked at.`);
    const target = byUrl.get(url.href);
    if (target !== undefined) return target;
    const port = portOf(url);
    if (guard.isListed(url.hostname, port)) return url.href;
    const entry = url.port === '' ? url.hostname : url.host;
    throw new Refusal(`${url.host} may not be looked at: add '${entry}' to network.allow in the configuration.`);
  };

  return {
    find(text) {
      const written = text.match(new RegExp(addressPattern, 'giu')) ?? [];
      const named = calls.filter(({ pattern }) => pattern.test(text.replace(new RegExp(addressPattern, 'giu'), ' ')));
      const all = [
        ...named.flatMap(({ service }) => Object.keys(service.addresses).map((name) => `${service.name}/${name}`)),
        ...written.map(read),
      ];
      const targets = [...new Set(all)];
      if (targets.length === 0)
        throw new Refusal(`No service and no address is named; known are: ${listOf(services)}.`);
      if (targets.length > maxTargets) throw new Refusal(`That is ${targets.length} targets; ${maxTargets} at most.`);
      return targets;
    },
    urlOf: (target) => {
      const url = new URL(known.get(target)?.url ?? target);
      // Whoever names a target need not have asked `find`.
      if (!known.has(target) && !guard.isListed(url.hostname, portOf(url)))
        throw new Refusal(`${url.host} may not be looked at.`);
      return url;
    },
    serviceOf: (target) => known.get(target)?.service ?? null,
    serviceNamed: (name) => services.find((service) => service.name === name) ?? null,
  };
}

const listOf = (services: readonly Service[]): string => services.map(({ name }) => name).join(', ') || 'none';

/** Encrypted unless it says otherwise. A name and a password in it are nobody's business here. */
function readAddress(written: string): URL | null {
  const scheme = /^https?:\/\//i.test(written) ? '' : /^[^/]*:80(\/|$)/.test(written) ? 'http://' : 'https://';
  const url = URL.parse(scheme + written);
  if (url === null || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return url;
}

export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** The names of services as a text may write them; a Russian word of five letters or more in any of its endings. */
export function namePattern(services: readonly Service[]): string {
  const names = services.flatMap(({ name, names = [] }) => [name, ...names]);
  const words = (name: string) =>
    name
      .split(/\s+/)
      .map((word) => word.replace(/[^\p{L}\d_-]/gu, (sign) => `\\${sign}`))
      .map((word) => (/^\p{Script=Cyrillic}{5,}$/u.test(word) ? `${word.slice(0, -2)}\\p{L}{0,4}` : word))
      .join('\\s+');
  const longestFirst = names.map(words).sort((a, b) => b.length - a.length);
  return `(?<![\\p{L}\\d_])(?:${longestFirst.join('|') || '(?!)'})(?![\\p{L}\\d_])`;
}
