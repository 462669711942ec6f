/** The chats that the settings turn on: whether each platform knows us, and what it lets us hear. Tokens are never told. */
import type { ChatSettings } from '../../chat-settings.ts';
import { type Finding, fine, wrong } from '../../core/doctor/finding.ts';

const limitMs = 5_000;
/** What Slack says when it is its own fault, or ours for having asked too often. */
const passing = ['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];

interface Answer {
  ok?: boolean;
  error?: string;
  error_code?: number;
  result?: Record<string, unknown>;
  [more: string]: unknown;
}

/** Null: nobody there answers as the platform does. The address may hold the token, so nothing of an error is told. */
async function ask(path: string, root: string, init: RequestInit = {}): Promise<Answer | null> {
  try {
    const signal = AbortSignal.timeout(limitMs);
    const response = await fetch(new URL(path, root), { ...init, signal, redirect: 'error' });
    const answer: unknown = await response.json();
    return typeof answer === 'object' && answer !== null ? (answer as Answer) : null;
  } catch {
    return null;
  }
}

const unreachable = (check: string, variable: string): Finding =>
  wrong(check, 'the platform could not be reached', `check the network of this machine, and ${variable} if it is set`);

/** Neither good nor bad news of the token. */
const busy = (check: string, code: unknown): Finding =>
  wrong(check, `the platform does not answer now (${code})`, 'look again in a minute: of the token it says nothing');

async function checkTelegram({ token, apiRoot, webhook }: NonNullable<ChatSettings['telegram']>): Promise<Finding[]> {
  // As telegraf makes its addresses of the root.
  const call = (method: string) => ask(`./bot${token}/${method}`, apiRoot ?? 'https://api.telegram.org');
  const [me, hook] = await Promise.all([call('getMe'), call('getWebhookInfo')]);
  if (!me) return [unreachable('telegram', 'TELEGRAM_API_ROOT')];
  if (!me.ok && me.error_code !== undefined && ![400, 401, 403, 404].includes(me.error_code))
    return [busy('telegram', Number(me.error_code))];
  if (!me.ok) {
    const advice = 'take the token from BotFather once more, and set TELEGRAM_BOT_TOKEN';
    return [wrong('telegram', `the token is refused (${Number(me.error_code) || 'no code'})`, advice)];
  }
  const { username, can_read_all_group_messages: readsAll } = me.result ?? {};
  const hears = readsAll
    ? 'in groups it hears commands, replies and mentions'
    : 'in groups it hears /task@it and replies; mentions only as an administrator, or with privacy off';
  const url = String(hook?.result?.url ?? '');
  const found = [fine('telegram', `@${String(username)}, ${webhook ? 'by webhook' : 'by polling'}; ${hears}`)];
  if (!webhook && url !== '') {
    const advice = 'delete the webhook of the bot, or set TELEGRAM_WEBHOOK_URL: with a webhook nothing can be polled';
    found.push(wrong('telegram', 'a webhook is set for this bot, by something else', advice));
  }
  if (webhook && url !== '' && url !== webhook.url) {
    const advice = 'give each deployment a bot of its own; the next start of this one sets its own address';
    found.push(wrong('telegram', 'the bot’s webhook leads elsewhere', advice));
  }
  return found;
}

async function checkSlack({ botToken, appToken, apiUrl }: NonNullable<ChatSettings['slack']>): Promise<Finding[]> {
  // As the platform's own client makes its addresses of the root.
  const root = (apiUrl ?? 'https://slack.com/api/').replace(/\/?$/, '/');
  const answer = await ask('auth.test', root, { method: 'POST', headers: { authorization: `Bearer ${botToken}` } });
  if (!answer) return [unreachable('slack', 'SLACK_API_URL')];
  const error = /^\w{1,80}$/.test(String(answer.error)) ? String(answer.error) : 'no code';
  if (!answer.ok && passing.includes(error)) return [busy('slack', error)];
  if (!answer.ok) {
    const advice = 'install the app once more, and set SLACK_BOT_TOKEN to its bot token';
    return [wrong('slack', `the token is refused (${error})`, advice)];
  }
  return [
    fine('slack', `${String(answer.user)} in ${String(answer.team)}, ${appToken ? 'by Socket Mode' : 'over HTTP'}`),
  ];
}

/** `accounts`: how many people have one, by channel; null when that is not known. */
export async function checkChats(
  { telegram, slack }: ChatSettings,
  accounts: Readonly<Record<string, number>> | null,
): Promise<Finding[]> {
  const off = (name: string, variable: string) => [fine(name, `off; ${variable} turns it on`)];
  const found = await Promise.all([
    telegram ? checkTelegram(telegram) : off('telegram', 'TELEGRAM_BOT_TOKEN'),
    slack ? checkSlack(slack) : off('slack', 'SLACK_BOT_TOKEN'),
  ]);
  const nobody = Object.entries({ telegram, slack }).flatMap(([name, on]) =>
    on && accounts && !accounts[name]
      ? [
          wrong(
            name,
            'nobody of the configuration has an account there',
            `write to the bot: it says which to put into \`people\``,
          ),
        ]
      : [],
  );
  return [...found.flat(), ...nobody];
}
