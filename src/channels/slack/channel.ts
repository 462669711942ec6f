/** Slack as a channel of Baton, over Socket Mode or over HTTP. */
import type { Channel, Hall } from '../../contracts/channel.ts';
import type { ChannelLog, Door } from '../door.ts';
import { chatOf } from './addresses.ts';
import { type Api, clientOptions, createApi, type Quiet } from './api.ts';
import { createLogger, loadBolt, nameOf, pause } from './bolt.ts';
import { connect } from './connect.ts';
import { createHttp } from './http.ts';
import { limitsOf } from './limits.ts';
import type { Deliverer } from './receive.ts';
import { createSending } from './send.ts';

export interface SlackSettings {
  /** The bot's token: `xoxb-…`. */
  botToken: string;
  /** The app's token, `xapp-…`: deliveries come over Socket Mode. */
  appToken?: string;
  /** Without an app token deliveries come over HTTP, through the door, and are signed with this. */
  signingSecret?: string;
  /** Another Web API than Slack's own, for tests. */
  apiUrl?: string;
  log: ChannelLog;
}

/** How long those who are being answered are waited for. */
const handsMs = 2_000;

export function createSlackChannel(settings: SlackSettings): { channel: Channel; doors: Door[] } {
  const { botToken, appToken, signingSecret, apiUrl, log } = settings;
  if (appToken === undefined && signingSecret === undefined)
    throw new TypeError('Slack needs an app token for Socket Mode, or a signing secret for HTTP');
  const http = appToken === undefined ? createHttp(signingSecret!, log) : null;
  const quiet: Quiet = new Map();
  const inHand = new Set<Promise<void>>();
  const stopping = new AbortController();
  const deliverers: Deliverer[] = [];
  let health = { ok: false, detail: 'connecting' };
  const onHealth = (ok: boolean, detail: string) => {
    health = { ok, detail };
  };

  const apiOf = async (): Promise<Api> => {
    const bolt = await loadBolt();
    return createApi(bolt, new bolt.webApi.WebClient(botToken, clientOptions(apiUrl, createLogger(log))), quiet);
  };
  // Cards have a queue of their own, so that an answer to a person never waits behind them.
  let cards: Promise<Api> | undefined;
  const forCards = () => {
    cards ??= apiOf();
    return cards;
  };
  let refused: string | null = null;
  const sending = createSending(forCards, log, (error) => {
    refused = error;
  });

  const begin = async (hall: Hall) => {
    const tools = { hall, api: await apiOf(), sending, log };
    await connect(settings, http, tools, { inHand, deliverers, signal: stopping.signal, onHealth });
  };

  const channel: Channel = {
    name: 'slack',
    send: sending.send,
    limits: limitsOf,
    chatOf,
    health: () => (refused === null || !health.ok ? health : { ok: false, detail: refused }),
    start: async (hall) => {
      begin(hall).catch((error: unknown) => {
        onHealth(false, 'not started');
        log.error({ reason: nameOf(error) }, 'Slack could not be started');
      });
    },
    stop: async () => {
      stopping.abort();
      await Promise.race([Promise.allSettled(inHand), pause(handsMs)]);
      await Promise.all(deliverers.map((deliverer) => deliverer.close()));
      onHealth(false, 'stopped');
    },
  };
  return { channel, doors: http ? [http.door] : [] };
}
