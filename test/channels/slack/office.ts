/** A workspace of the local Slack with Baton in it, on a database of its own. Everything ends with the scope. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Door } from '../../../src/channels/door.ts';
import { createSlackChannel } from '../../../src/channels/slack/channel.ts';
import type { Channel, Hall } from '../../../src/contracts/channel.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import type { Orchestrator } from '../../../src/core/orchestrator.ts';
import { testDatabase } from '../../support/database.ts';
import { createSlack, type FakeSlack } from '../../support/slack/slack.ts';
import type { HttpTarget, SeenMessage, SlackOptions } from '../../support/slack/types.ts';
import { createShop, createWorld, type Shop, silent, type WorldOptions } from '../../support/world.ts';

export type Way = 'socket' | 'http';

export interface OfficeOptions extends SlackOptions {
  way?: Way;
  /** How many processes of Baton. */
  processes?: number;
  configure?: (shop: Shop, databaseUrl: string) => Partial<Configuration>;
  /** What thinks, in place of rules. */
  thinking?: Pick<WorldOptions, 'provider' | 'models'>;
  /** Where the processes find the database, instead of at its own address. */
  databaseUrl?: (url: string) => string | Promise<string>;
  log?: typeof silent;
  botToken?: string;
}

export const signingSecret = 'a signing secret';

/** carl asks; anna and boris decide. */
export const accounts = {
  operator: { roles: ['finance'] },
  anna: { name: 'Anna', roles: ['finance'], accounts: { slack: 'T0HOME/U0ANNA' } },
  boris: { name: 'Boris', roles: ['finance'], accounts: { slack: 'T0HOME/U0BORIS' } },
  carl: { name: 'Carl', accounts: { slack: 'T0HOME/U0CARL' } },
};

export async function office(options: OfficeOptions = {}) {
  const { way = 'socket', processes = 1, configure = () => ({}), botToken, log = silent, ...rest } = options;
  await using ending = new AsyncDisposableStack();
  let end = ending;
  const database = ending.use(await testDatabase());
  const slack = ending.use(await createSlack(rest));
  slack.addPerson({ name: 'carl' });
  const url = (await options.databaseUrl?.(database.url)) ?? database.url;
  const shop = createShop();
  const worlds: Orchestrator[] = [];
  const channels: Channel[] = [];
  const halls: Hall[] = [];
  const targets: HttpTarget[] = [];
  /** One more process on the same database and the same app. */
  const open = async (): Promise<Orchestrator> => {
    const ready = Promise.withResolvers<void>();
    let left = way === 'socket' ? 2 : 1;
    const hearing = {
      ...log,
      info: (fields: object, message: string) => {
        log.info(fields, message);
        if (message === 'connected to Slack' && --left === 0) ready.resolve();
      },
    };
    const { channel, doors } = createSlackChannel({
      botToken: botToken ?? slack.botToken,
      ...(way === 'socket' ? { appToken: slack.appToken } : { signingSecret }),
      apiUrl: slack.apiUrl,
      log: hearing,
    });
    const begin = channel.start;
    channel.start = (hall) => {
      halls.push(hall);
      return begin(hall);
    };
    const configuration = shop.configuration({ people: accounts, ...configure(shop, database.url) });
    const world = createWorld(url, shop, { channels: [channel], configuration, log, ...options.thinking });
    for (const door of doors) targets.push(await serve(door, end));
    end.defer(() => world.stop());
    await world.start();
    worlds.push(world);
    channels.push(channel);
    if (botToken === undefined) await ready.promise;
    return world;
  };
  for (let at = 0; at < processes; at++) await open();
  if (targets[0]) slack.deliverOver(targets[0]);
  const [world, channel, hall] = [worlds[0]!, channels[0]!, halls[0]!];
  const all = ending.move();
  end = all;
  return {
    slack,
    shop,
    world,
    worlds,
    channel,
    hall,
    channels,
    targets,
    database,
    open,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function serve(door: Door, ending: AsyncDisposableStack): Promise<HttpTarget> {
  const server = createServer((request, response) => door.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${door.path}`, signingSecret };
}

/** What a strict Slack holds against the app, after every test. */
export function assertClean(slack: FakeSlack): void {
  assert.deepEqual(slack.violations, []);
  assert.deepEqual(slack.pings, []);
  assert.deepEqual(slack.calledTooEarly, []);
  assert.deepEqual(
    slack.timeouts.map(({ type, reason }) => `${type}: ${reason}`),
    [],
  );
}

/** The first message of a thread, or of direct messages, in which one can press this. */
export const withButton = (messages: readonly SeenMessage[], label: string): SeenMessage | undefined =>
  messages.find(({ buttons }) => buttons.includes(label));

/** The message in the thread, root aside, that reads like this. */
export const reading = (messages: readonly SeenMessage[], text: RegExp): SeenMessage | undefined =>
  messages.find(({ seen, app }) => app && text.test(seen));

/** Asks for a refund that needs a decision, and waits for the question in the thread. */
export async function asked(slack: FakeSlack, text = 'refund 7 500', user = 'carl') {
  const said = await slack.mention({ user, channel: 'general', text });
  const question = await slack.until(() => withButton(slack.messages('general', said.ts), 'Approve'));
  return { said, question, thread: () => slack.messages('general', said.ts) };
}

/** As `asked`, with progress shown before there is a question: one edit, alone, when there is. */
export async function askedLater({ slack, shop }: Pick<Awaited<ReturnType<typeof office>>, 'slack' | 'shop'>) {
  const shown = Promise.withResolvers<void>();
  shop.behave.set('lookup', async () => {
    await shown.promise;
    return { order: '7', total: 500 };
  });
  const asking = asked(slack);
  await slack.until(() => slack.callsOf('chat.postMessage').length > 0);
  shown.resolve();
  return asking;
}
