/**
 * What may be read: only what the configuration's list names, public or not, and the pages that a brief is made of when
 * its task names none. A page cannot add to either, by a link, a redirect or an order.
 */
import { type AddressGuard, Refusal } from 'baton';

export interface Site {
  /** What is read when a task names no pages. */
  pages: string[];
  /** Called before anything of it is read. */
  wake?: () => Promise<void>;
}

export interface Library {
  /** Those that are named, or else the library's own, each once. Throws a Refusal for what may not be read. */
  choose(urls: readonly string[] | undefined): string[];
  /** The address, if it may be read. Throws a Refusal otherwise. */
  open(url: string): URL;
  wake(url: URL): Promise<void>;
}

export const maxPages = 10;

export function createLibrary(sites: readonly Site[], guard: AddressGuard): Library {
  const open = (written: string): URL => mayRead(written, guard);
  return {
    open,
    choose(urls) {
      const chosen = urls ?? sites.flatMap(({ pages }) => pages).slice(0, maxPages);
      if (chosen.length === 0) throw new Refusal('No page is named, and the configuration names none.');
      return [...new Set(chosen.map((url) => open(url).href))];
    },
    wake: async ({ origin }) => {
      const site = sites.find(({ pages }) => pages.some((page) => new URL(page).origin === origin));
      await site?.wake?.();
    },
  };
}

export const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

/** An address of the list, as it is connected to. What it says is text from outside, so little of it is repeated. */
export function mayRead(written: string, guard: AddressGuard, from?: URL): URL {
  const url = URL.parse(written, from?.href);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new Refusal(`${short(written)} is no plain http or https address.`);
  }
  url.hash = '';
  if (guard.isListed(url.hostname, portOf(url))) return url;
  const entry = short(url.port === '' ? url.hostname : url.host);
  throw new Refusal(`${entry} may not be read: add '${entry}' to network.allow in the configuration.`);
}

export const short = (text: string): string => text.replace(/[^\w.:/%[\]-]/g, '?').slice(0, 100);
