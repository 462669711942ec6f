/** Apps of Slack’s own Bolt on the local Slack, over HTTP and over Socket Mode. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, type Logger, LogLevel, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { createSlack, type FakeSlack } from './slack.ts';
import type { SlackOptions } from './types.ts';

export function silent(): Logger {
  const nothing = () => {};
  const all = { debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing };
  return { ...all, getLevel: () => LogLevel.ERROR };
}

const signingSecret = 'a signing secret';

const appOn = (slack: FakeSlack, receiver: Receiver) =>
  new App({
    receiver,
    token: slack.botToken,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: silent(),
    convoStore: false,
  });

/** Over HTTP, listening on a port of its own. */
export async function httpApp(options: SlackOptions = {}) {
  const slack = await createSlack(options);
  const app = appOn(slack, new HTTPReceiver({ signingSecret, logger: silent() }));
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as Server;
  const { port } = server.address() as AddressInfo;
  slack.deliverOver({ url: `http://127.0.0.1:${port}/slack/events`, signingSecret });
  return {
    slack,
    app,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await app.stop();
      await slack[Symbol.asyncDispose]();
    },
  };
}

/** Over so many connections of Socket Mode, each a Bolt of its own. */
export async function socketApps(count: number, options: SlackOptions = {}) {
  const slack = await createSlack(options);
  const receiver = () =>
    new SocketModeReceiver({
      appToken: slack.appToken,
      clientPingTimeout: 1000,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
      logger: silent(),
    });
  const apps = Array.from({ length: count }, () => appOn(slack, receiver()));
  await Promise.all(apps.map((app) => app.start()));
  return {
    slack,
    apps,
    async [Symbol.asyncDispose]() {
      await Promise.all(apps.map((app) => app.stop()));
      await slack[Symbol.asyncDispose]();
    },
  };
}
