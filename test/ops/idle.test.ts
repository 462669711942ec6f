/** What a process with both chats costs while nobody wants anything of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { baton } from '../cli/command.ts';
import { testDatabase } from '../support/database.ts';
import { createSlack } from '../support/slack/slack.ts';
import { createTelegram } from '../support/telegram/server.ts';

const mostBytes = 200 * 1024 * 1024;
/** The one thing that is waited for here is time itself. */
const idleMs = 60_000;

test('with Telegram, Slack and its port it stays below 200 MB', async () => {
  await using database = await testDatabase();
  await using telegram = await createTelegram();
  await using slack = await createSlack();
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  const look = async (port: string): Promise<number> => {
    await telegram.until(({ isPolled }) => isPolled(), 30_000);
    await slack.until(() => slack.sockets.count >= 2, 30_000);
    await wait(idleMs);
    const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(figures)?.[1]);
  };
  let looking: Promise<number> | undefined;
  const ended = await baton(database.url, ['worker'], {
    env,
    watch: (said, kill) => {
      const port = /"port":(\d+),"msg":"listening"/.exec(said)?.[1];
      if (!port || looking) return;
      looking = look(port);
      looking.finally(() => kill('SIGTERM')).catch(() => {});
    },
  });
  assert.ok(looking, ended.err);
  const bytes = await looking;
  assert.ok(bytes > 0 && bytes < mostBytes, `${(bytes / 1024 / 1024).toFixed(0)} MB`);
  console.log(`idle with both chats: ${(bytes / 1024 / 1024).toFixed(0)} MB`);
  assert.equal(ended.code, 0, ended.err);
});
