/** The agents of a brief: those that read change nothing; the one that posts cannot be taken back, and waits for a person. */
import { createAddressGuard, defineAgent, type Network, Refusal } from 'baton';
import { z } from 'zod';
import { createLibrary, type Library, type Site } from './library.ts';
import { readPage } from './page.ts';
import * as shapes from './schemas.ts';
import type { BriefStore } from './store.ts';
import { textAgents } from './texts.ts';
import { maxTextCharacters, tidy } from './tidy.ts';

export interface BriefSettings {
  /** What may be read: only what its `allow` names, public or not. */
  network: Network;
  /** The pages that are read when a task names none. */
  sites?: Site[];
  store: BriefStore;
  /** For the day on which a brief is posted. */
  clock?: () => Date;
  /** How long a page may take. Default 10 s. */
  fetchMs?: number;
  /** How large a page may be. Default 1 MB. */
  maxBytes?: number;
  /** How long to wait before a page is tried again that did not answer. Default 2 s. */
  retryMs?: number;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string;
}

/** The agents, over this list of what may be read and this store. */
export function createBriefAgents(settings: BriefSettings) {
  const guard = createAddressGuard(settings.network);
  const library = createLibrary(settings.sites ?? [], guard);
  return {
    ...readingAgents(settings, guard, library),
    ...textAgents,
    post: postingAgent(settings, library),
  };
}

export type BriefAgents = ReturnType<typeof createBriefAgents>;

function readingAgents(settings: BriefSettings, guard: ReturnType<typeof createAddressGuard>, library: Library) {
  const { fetchMs = 10_000, maxBytes = 1_000_000, retryMs = 2_000, ca } = settings;

  const sources = defineAgent({
    name: 'web.sources',
    title: 'Choose the pages: those of the task, or else those of the library',
    ru: { title: 'Выбрать страницы: из задания или из библиотеки' },
    effect: 'read',
    input: z.strictObject({ urls: shapes.addresses.optional() }),
    output: z.strictObject({ urls: shapes.addresses }),
    run: ({ urls }) => ({ urls: library.choose(urls) }),
  });

  const fetch = defineAgent({
    name: 'web.fetch',
    title: 'Read the page',
    ru: { title: 'Прочитать страницу' },
    effect: 'read',
    input: z.strictObject({ url: shapes.address }),
    output: shapes.page,
    // The page has an end of its own; this is for the way there.
    timeoutMs: fetchMs + 5_000,
    run: async ({ url }, { signal }) => {
      const first = library.open(url);
      await library.wake(first);
      const found = await readPage(first, { guard, timeoutMs: fetchMs, maxBytes, retryMs, ca }, signal);
      const { title, text } =
        found.type === 'html' ? await readHtml(found.text) : { title: '', text: tidy(found.text, maxTextCharacters) };
      if (text === '') throw new Refusal(`${new URL(found.url).host} shows no text there.`);
      return { url: found.url, title, text };
    },
  });

  return { sources, fetch };
}

/** What reads HTML is loaded with the first page: most processes never see one. */
const readHtml = async (html: string) => (await import('./html.ts')).readHtml(html);

const postingAgent = ({ store, clock = () => new Date() }: BriefSettings, library: Library) =>
  defineAgent({
    name: 'brief.post',
    title: 'Post the brief',
    effect: 'irreversible',
    idempotent: true,
    // By what was asked for: two tasks about one topic get two titles from a model, and are still the same brief.
    resource: 'brief:{{input.topic}}',
    risk: 'Everybody who follows the briefs reads it from then on, and it cannot be called back.',
    ru: { title: 'Опубликовать справку', risk: 'Её прочтут все, кто следит за справками, и отозвать её будет нельзя.' },
    input: z.strictObject({ topic: shapes.topic, ...shapes.brief }),
    output: z.strictObject({ number: z.string(), postedOn: z.iso.date() }),
    run: (brief, { key }) => {
      // A page can talk a model into naming any address; one that nobody may read here has been no source.
      for (const url of brief.sources) library.open(url);
      return store.post(key, brief, clock().toISOString().slice(0, 10));
    },
  });
