/** Every card of every bundled process as people see it on each platform and in each language: read test/channels/snapshots. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { renderCard as slackMessage } from '../../src/channels/slack/render.ts';
import { renderCard as telegramMessage } from '../../src/channels/telegram/render.ts';
import type { Card } from '../../src/contracts/card.ts';
import { readBlocks } from '../support/slack/seen.ts';
import { shownIn, stories } from './stories.ts';
import { steady } from './terminal/place.ts';

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
  for (const [name, { texts, story }] of Object.entries(stories)) {
    for (const [language, task] of Object.entries(texts)) {
      test(`of ${name} in ${language}`, async () => {
        const cards = await shownIn(task, story);
        for (const [platform, render] of Object.entries(platforms)) {
          const seen = anywhere(cards.map(render).join('\n\n----\n\n'));
          const file = new URL(`snapshots/${name}-${language}-${platform}.txt`, import.meta.url);
          if (process.env.BATON_TEST_WRITE) writeFileSync(file, `${seen}\n`);
          assert.equal(seen, readFileSync(file, 'utf8').trimEnd());
        }
      });
    }
  }
});
