/** A new supplier through every way into Baton. */
import { describe, test } from 'node:test';
import { bundled } from './bundled.ts';
import { slackChat } from './slack/chat.ts';
import { assertClean, office } from './slack/office.ts';
import { registersSupplier } from './supplier.ts';
import { telegramChat } from './telegram/chat.ts';
import { hallway } from './telegram/hallway.ts';
import { place } from './telegram/place.ts';

describe('a new supplier of whom something is missing is asked for, decided on and registered', {
  concurrency: 2,
}, () => {
  test('in Telegram that is polled', async () => {
    await using at = await place({ processes: bundled });
    await registersSupplier(telegramChat(at));
  });

  test('in Telegram that comes by webhook', async () => {
    await using way = await hallway();
    await using at = await place({ processes: bundled, channel: { webhook: { url: way.url, secret: 's3cret' } } });
    way.doors.push(...at.doors);
    await at.until(() => at.channel.health!().detail === 'webhook');
    await registersSupplier(telegramChat(at));
  });

  for (const way of ['socket', 'http'] as const) {
    test(`in Slack over ${way}`, async () => {
      await using home = await office({ way, configure: (_, url) => bundled(url) });
      await registersSupplier(slackChat(home));
      assertClean(home.slack);
    });
  }
});
