/** Every card of every bundled process as people see it on each platform and in each language: read test/channels/snapshots. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createIncidentAgents } from '../../processes/incident/agents.ts';
import { createIncidentRoute } from '../../processes/incident/route.ts';
import { createSampleService } from '../../processes/incident/sample.ts';
import { createMemoryChannel, type MemoryMessage } from '../../src/channels/memory.ts';
import { renderCard as slackMessage } from '../../src/channels/slack/render.ts';
import { renderCard as telegramMessage } from '../../src/channels/telegram/render.ts';
import type { Card } from '../../src/contracts/card.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { testDatabase } from '../support/database.ts';
import { readBlocks } from '../support/slack/seen.ts';
import { createShop, createWorld } from '../support/world.ts';
import { bundled } from './bundled.ts';
import { steady } from './terminal/place.ts';

const tasks = {
  refund: {
    en: 'Refund order 1042, it arrived damaged',
    ru: 'Верни деньги за заказ 1042, пришёл битым',
  },
  supplier: {
    en: 'New supplier: Müller Logistik GmbH, Germany, VAT DE136695976, IBAN GB29 NWBK 6016 1331 9268 19, ap@mueller.example',
    ru: 'Новый поставщик: Müller Logistik GmbH, Германия, VAT DE136695976, IBAN GB29 NWBK 6016 1331 9268 19, ap@mueller.example',
  },
  incident: { en: 'Check the sample service', ru: 'Проверь sample service' },
} as const;

/** A run from its message to its end, approved on the way; every card that was shown, in the order of reading. */
async function shownIn(task: string): Promise<Card[]> {
  await using database = await testDatabase();
  const sample = createSampleService(database.url);
  const network = { allow: [sample.entry] };
  const { routes, prepare, close } = bundled(database.url);
  const agents = createIncidentAgents({ network, services: [sample.service], settleMs: 1, looks: 2 });
  const configuration: Configuration = {
    routes: [...routes, createIncidentRoute(agents, { deciders: 'finance' })],
    network,
    people: { operator: {}, anna: { name: 'Anna', roles: ['finance'] }, carl: { name: 'Carl' } },
    prepare: prepare!,
    close: async () => {
      await sample.close();
      await close!();
    },
  };
  const memory = createMemoryChannel();
  const world = createWorld(database.url, createShop(), { channels: [memory], configuration });
  await world.start();
  try {
    await memory.say('carl', 'memory:room', task);
    const question = await memory.until((channel) => of(channel.in('memory:room'), 'question'), 20_000);
    await memory.press('anna', 'memory:room', question.message, 'approve');
    const summary = await memory.until((channel) => of(channel.in('memory:room'), 'summary'), 20_000);
    const all = memory.in('memory:room');
    const closed = await memory.until(() => of(all, 'question') && closedIn(memory.in('memory:room')));
    const progress = await memory.until(() => {
      const card = of(memory.in('memory:room'), 'progress')!.card;
      return card.lines.at(-1)?.mark === 'done' && card;
    });
    return [question.cards[0]!, closed, progress, summary.card];
  } finally {
    await world.stop();
  }
}

const of = (messages: readonly MemoryMessage[], kind: Card['kind']): MemoryMessage | undefined =>
  messages.find(({ card }) => card.kind === kind);
const closedIn = (messages: readonly MemoryMessage[]): Card | null => {
  const card = of(messages, 'question')!.card;
  return card.buttons.length === 0 ? card : null;
};

const platforms: Record<string, (card: Card) => string> = {
  telegram: (card) => {
    const { text, keyboard } = telegramMessage(card, '…');
    return [text, ...keyboard.map((row) => row.map((key) => `[${key.text}]`).join(' '))].join('\n');
  },
  slack: (card) => readBlocks(slackMessage(card, { plans: true }).blocks as never, (id) => id),
};

/** Addresses of a machine differ from one to the next. */
const anywhere = (text: string): string =>
  steady(text)
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')
    .replace(/\b[0-9a-f]{16,64}\b/g, 'd'.repeat(16));

describe('what people see', { concurrency: 2 }, () => {
  for (const [process, texts] of Object.entries(tasks)) {
    for (const [language, task] of Object.entries(texts)) {
      test(`of ${process} in ${language}`, async () => {
        const cards = await shownIn(task);
        for (const [platform, render] of Object.entries(platforms)) {
          const seen = anywhere(cards.map(render).join('\n\n----\n\n'));
          const file = new URL(`snapshots/${process}-${language}-${platform}.txt`, import.meta.url);
          if (globalThis.process.env.BATON_TEST_WRITE) writeFileSync(file, `${seen}\n`);
          assert.equal(seen, readFileSync(file, 'utf8').trimEnd());
        }
      });
    }
  }
});
