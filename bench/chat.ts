/**
 * Baton's own time in a chat: from an update to the first visible answer, and from a click to the edited card, with
 * arrivals spread over many chats. The platform is the strict server of the tests, which answers at once; what its limits
 * make Baton wait is taken out by staying below them, and reported.
 *
 *   node bench/chat.ts [arrivals a second] [chats] [seconds]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createTelegramChannel } from '../src/channels/telegram/channel.ts';
import type { Channel } from '../src/contracts/channel.ts';
import { testDatabase } from '../test/support/database.ts';
import { createTelegram } from '../test/support/telegram/server.ts';
import { createShop, createWorld, silent } from '../test/support/world.ts';

const [perSecond = 20, count = 100, seconds = 10] = process.argv.slice(2).map(Number);

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const row = (name: string, times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  const [median, p99] = [at(sorted, 0.5), at(sorted, 0.99)].map((ms) => `${ms.toFixed(1)} ms`);
  return `${name.padEnd(44)} median ${median?.padStart(9)}   p99 ${p99?.padStart(9)}   (${sorted.length})`;
};

await using fake = await createTelegram();
await using database = await testDatabase();
const shop = createShop();
const accounts = Array.from({ length: count }, (_, i) => 1_000 + i);
const people = {
  operator: { roles: ['finance'] },
  ...Object.fromEntries(accounts.map((id) => [`p${id}`, { accounts: { telegram: String(id) } }])),
};
const { channel } = createTelegramChannel({ token: fake.token, apiRoot: fake.apiRoot, log: silent });
let sends = 0;
const own: Channel = {
  ...channel,
  send: (post) => {
    sends += 1;
    return channel.send(post);
  },
  // Of all chats together the platform takes about 30 messages a second, which would be all that is measured here.
  limits: (post) => channel.limits!(post).filter(({ address }) => address !== channel.name),
};
const world = createWorld(database.url, shop, {
  channels: [own],
  configuration: shop.configuration({ people }),
  concurrency: 64,
});
await world.start();
const chats = accounts.map((id) => fake.privateChat(id, `P${id}`, { started: true }));
await fake.until(() => fake.isPolled());

const first: number[] = [];
const edited: number[] = [];
let parked = 0;

/** One conversation: a task that lacks something, its question, and "stop". */
async function talk(chat: (typeof chats)[number]): Promise<void> {
  const before = fake.messages(chat).length;
  const said = performance.now();
  fake.say({ from: chat, text: 'refund 1042' });
  await fake.until(() => fake.messages(chat).length > before, 30_000);
  first.push(performance.now() - said);
  const card = await fake.until(
    () =>
      fake
        .messages(chat)
        .slice(before)
        .find(({ buttons }) => buttons.flat().includes('Stop')),
    30_000,
  );
  // The chat's own limit: three at once, then one a second.
  parked += 1;
  await wait(3_000);
  const clicked = performance.now();
  fake.click({ from: chat, message: card, label: 'Stop' });
  await fake.until(
    () => fake.messages(chat).find(({ message_id: id, buttons }) => id === card.message_id && buttons.length === 0),
    30_000,
  );
  edited.push(performance.now() - clicked);
}

const began = performance.now();
const talks: Promise<void>[] = [];
for (let i = 0; i < perSecond * seconds; i += 1) {
  talks.push(talk(chats[i % count]!));
  await wait(1_000 / perSecond);
}
await Promise.all(talks);
console.log(`${perSecond} arrivals a second over ${count} chats, for ${seconds} s`);
console.log(row('update to first visible answer', first));
console.log(row('click to edited card', edited));
console.log(
  `each of ${parked} conversations waited 3 s between question and click, to stay below one message a second`,
);
const rate = sends / ((performance.now() - began) / 1_000);
console.log(`${rate.toFixed(0)} messages and edits a second; the limit of about 30 over all chats is left out`);
console.log(`sent too early: ${fake.calledTooEarly.length}; refused: ${fake.violations.length}`);
await world.stop();
