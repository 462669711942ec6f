/**
 * The sample site: three pages about tea on 127.0.0.1, so that a brief can be tried without the internet. It stands for
 * the sites of your own list.
 *
 * One of its pages gives orders to whoever reads it: to ignore what they were told, to post at once, to pay. A page can
 * say so; nothing follows from it, since no page chooses agents and no model approves.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSampleServer } from '../sample-server.ts';
import type { Site } from './library.ts';

export interface SampleSite {
  site: Site;
  /** The entry of `network.allow` that lets it be read. */
  entry: string;
  close(): Promise<void>;
}

const pages = ['water', 'leaves', 'storage'];

export function createSampleSite(deployment: string): SampleSite {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    const page = pages.find((name) => request.url === `/tea/${name}`);
    const html = page && (await readFile(new URL(`./pages/${page}.html`, import.meta.url)));
    response.writeHead(html ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', connection: 'close' });
    response.end(html || '<p>Not here.</p>');
  };

  const { origin, entry, wake, close } = createSampleServer(deployment, { firstPort: 10_000, ports: 10_000 }, answer);
  return { site: { pages: pages.map((page) => `${origin}/tea/${page}`), wake }, entry, close };
}
