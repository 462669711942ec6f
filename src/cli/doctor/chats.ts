/** The chats that the settings turn on: whether each platform knows us, and what it lets us hear. Tokens are never told. */
import type { ChatSettings } from '../../chat-settings.ts';
import { type Finding, fine, wrong } from '../../core/doctor/finding.ts';

const limitMs = 5_000;

interface Answer {
  ok?: boolean;
  error?: string;
  error_code?: number;
  result?: Record<string, unknown>;
  [more: string]: unknown;
}

/** Null: it could not be reached. The address may hold the token, so nothing of an error is told. */
async function ask(url: string, init: RequestInit = {}): Promise<Answer | null> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(limitMs), redirect: 'error' });
    return (await response.json()) as Answer;
  } catch {
    return null;
  }
}

const unreachable = (check: string, variable: string): Finding =>
  wrong(check, 'the platform could not be reached', `check the network of this machine, and ${variable} if it is set`);

async function checkTelegram({ token, apiRoot, webhook }: NonNullable<ChatSettings['telegram']>): Promise<Finding[]> {
  const call = (method: string) => ask(`${apiRoot ?? 'https://api.telegram.org'}/bot${token}/${method}`);
  const [me, hook] = await Promise.all([call('getMe'), call('getWebhookInfo')]);
  if (!me) return [unreachable('telegram', 'TELEGRAM_API_ROOT')];
  if (!me.ok) {
    const advice = 'take the token from BotFather once more, and set TELEGRAM_BOT_TOKEN';
    return [wrong('telegram', `the token is refused (${me.error_code ?? 'no code'})`, advice)];
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
  const url = new URL('auth.test', apiUrl ?? 'https://slack.com/api/').href;
  const answer = await ask(url, { method: 'POST', headers: { authorization: `Bearer ${botToken}` } });
  if (!answer) return [unreachable('slack', 'SLACK_API_URL')];
  if (!answer.ok) {
    const advice = 'install the app once more, and set SLACK_BOT_TOKEN to its bot token';
    return [
      wrong('slack', `the token is refused (${/^\w+$/.test(answer.error ?? '') ? answer.error : 'no code'})`, advice),
    ];
  }
  return [
    fine('slack', `${String(answer.user)} in ${String(answer.team)}, ${appToken ? 'by Socket Mode' : 'over HTTP'}`),
  ];
}

/** `accounts`: how many people have one, by channel. */
export async function checkChats(
  { telegram, slack }: ChatSettings,
  accounts: Readonly<Record<string, number>>,
): Promise<Finding[]> {
  const off = (name: string, variable: string) => [fine(name, `off; ${variable} turns it on`)];
  const found = await Promise.all([
    telegram ? checkTelegram(telegram) : off('telegram', 'TELEGRAM_BOT_TOKEN'),
    slack ? checkSlack(slack) : off('slack', 'SLACK_BOT_TOKEN'),
  ]);
  const nobody = Object.entries({ telegram, slack }).flatMap(([name, on]) =>
    on && !accounts[name]
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
