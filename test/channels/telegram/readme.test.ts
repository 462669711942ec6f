/** The conversation that the README shows, played with the bundled refund. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf } from '../../support/documents.ts';
import { bundled } from '../bundled.ts';
import { place } from './place.ts';

interface Turn {
  who: string;
  lines: string[];
}

function turnsOf(text: string): Turn[] {
  const turns: Turn[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const [, who = '', said = ''] = /^(\w+)?\s+(.*)$/.exec(line) ?? [];
    if (who !== '') turns.push({ who, lines: [] });
    turns.at(-1)!.lines.push(said);
  }
  return turns;
}

/** `…` stands for anything. */
const pattern = (line: string): RegExp =>
  new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')
      .trim()}`,
  );

test('the conversation of the README is what happens', async () => {
  await using at = await place({ processes: bundled });
  const { fake, chats } = at;
  const [shown] = blocksOf('README.md').filter(({ language }) => language === 'chat');
  const turns = turnsOf(shown!.text);
  assert.equal(turns.length, 6);
  for (const { who, lines } of turns) {
    const chat = who === 'Anna' ? chats.anna : chats.carl;
    const [first = ''] = lines;
    if (who === 'Baton') {
      const buttons = lines.filter((line) => line.startsWith('['));
      const wanted = lines.filter((line) => !line.startsWith('[')).map(pattern);
      await fake.until(() =>
        fake.messages(chats.carl).find((message) => {
          const texts = [message.text, ...message.edits].map((text) => text.split('\n'));
          return (
            texts.some((said) => wanted.every((one) => said.some((line) => one.test(line)))) &&
            buttons.every((row) =>
              [row, 'none'].includes(
                message.buttons
                  .flat()
                  .map((label) => `[${label}]`)
                  .join(' ') || 'none',
              ),
            )
          );
        }),
      );
    } else if (first.startsWith('[')) {
      fake.click({ from: chat, message: await at.asked(chat), label: first.slice(1, -1) });
    } else fake.say({ from: chat, text: first });
  }
});
