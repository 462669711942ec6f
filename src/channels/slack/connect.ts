/** Finds out who the app is, and opens its ears. */
import type { Hall } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { createAnswers } from './answers.ts';
import { type Api, clientOptions } from './api.ts';
import { createLogger, loadBolt } from './bolt.ts';
import { identify } from './identify.ts';
import { listen, type Tools } from './listeners.ts';
import { createPeople } from './people.ts';
import { createReceiver, type Deliverer } from './receive.ts';
import type { Sending } from './send.ts';
import { createSockets } from './socket.ts';
import { createTaking } from './taking.ts';

interface Settings {
  botToken: string;
  appToken?: string;
  apiUrl?: string;
}

export interface Life {
  /** What is being handled. */
  inHand: Set<Promise<void>>;
  /** What is open, and has to be closed. */
  deliverers: Deliverer[];
  signal: AbortSignal;
  onHealth(ok: boolean, detail: string): void;
}

export async function connect(
  settings: Settings,
  http: Deliverer | null,
  { hall, api, sending, log }: { hall: Hall; api: Api; sending: Sending; log: ChannelLog },
  { inHand, deliverers, signal, onHealth }: Life,
): Promise<void> {
  const identity = await identify(api, log, signal, (detail) => onHealth(false, detail));
  if (!identity || signal.aborted) return;
  const deliverer = http ?? (await sockets(settings, log, onHealth));
  if (signal.aborted) return;
  const people = createPeople(hall, api);
  const taking = createTaking(hall, people);
  const answers = createAnswers(hall, api, sending, log);
  await bolt(settings, deliverer, { hall, api, sending, people, taking, answers, identity, log }, inHand);
  deliverers.push(deliverer);
  if (signal.aborted) return deliverer.close();
  if (!http) return;
  onHealth(true, 'listening');
  log.info({ way: 'http' }, 'connected to Slack');
}

async function sockets(
  { appToken, apiUrl }: Settings,
  log: ChannelLog,
  onHealth: Life['onHealth'],
): Promise<Deliverer> {
  return createSockets({
    bolt: await loadBolt(),
    appToken: appToken!,
    apiUrl,
    logger: createLogger(log),
    log,
    onChange: (connected, problem) =>
      onHealth(connected > 0, connected > 0 ? 'connected' : (problem ?? 'disconnected')),
  });
}

/** Bolt's app, whose receiver begins to deliver when it starts. */
async function bolt(
  { botToken, apiUrl }: Settings,
  deliverer: Deliverer,
  tools: Tools,
  inHand: Set<Promise<void>>,
): Promise<void> {
  const { App } = await loadBolt();
  const { team, user, bot } = tools.identity;
  const logger = createLogger(tools.log);
  const receiver = createReceiver(deliverer, tools, inHand);
  const app = new App({
    receiver,
    logger,
    authorize: async () => ({ botToken, botId: bot, botUserId: user, teamId: team }),
    // Its store of conversations would keep what is never used (slackapi/bolt-js src/conversation-store.ts).
    convoStore: false,
    clientOptions: clientOptions(apiUrl, logger),
  });
  listen(app, tools);
  await app.start();
}
