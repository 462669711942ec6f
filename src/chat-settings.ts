/** The settings of chats: what turns a channel on, and what half of a configuration lacks. Values are never repeated. */
import { z } from 'zod';
import type { Problem } from './contracts/error.ts';

const isAddress = (given: string): boolean => URL.canParse(given);
const web = z
  .string()
  .refine(
    (given) => /^https?:\/\/[^\s/]/.test(given) && isAddress(given),
    'must be an address that begins with http:// or https://',
  );
/** Where Telegram brings updates: over TLS, or to this very machine; on a path that is nobody else's. */
const isWebhook = (given: string): boolean => {
  const { protocol, hostname, username, pathname } = new URL(given);
  const isHere = protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname) && username === '';
  const isFree = !['/healthz', '/readyz', '/metrics', '/slack/events'].includes(pathname);
  return (protocol === 'https:' || isHere) && isFree;
};
const token = (begins: string) =>
  z.string().regex(new RegExp(`^${begins}\\S+$`), `must begin with ${begins}; it is shown where the app is made`);

/** Variables of chats, beside those of the deployment. */
export const chatVariables = {
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'must be a bot’s token as BotFather shows it: digits, a colon, letters')
    .optional(),
  TELEGRAM_API_ROOT: web.optional(),
  TELEGRAM_WEBHOOK_URL: z
    .string()
    .refine(
      (given) => isAddress(given) && isWebhook(given),
      'must be an address that begins with https://, on a path of its own',
    )
    .optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, 'must be 1 to 256 letters, digits, _ and -')
    .optional(),
  SLACK_BOT_TOKEN: token('xoxb-').optional(),
  SLACK_APP_TOKEN: token('xapp-').optional(),
  SLACK_SIGNING_SECRET: z.string().min(8, 'is too short').optional(),
  SLACK_API_URL: web.optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port, from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port, from 0 to 65535')
    .optional(),
  HOST: z.string().regex(/^\S+$/, 'must be an address or a name of this machine').optional(),
};
const variables = z.object(chatVariables);
type ChatVariables = z.output<typeof variables>;

export interface ChatSettings {
  telegram: { token: string; apiRoot?: string; webhook?: { url: string; secret: string } } | null;
  slack: { botToken: string; appToken?: string; signingSecret?: string; apiUrl?: string } | null;
  /** Where the process listens; null: nowhere. */
  http: { port: number; host: string } | null;
}

/** What is set in parts only. A variable that was refused is none that is missing. */
export function missingOf(env: Readonly<Record<string, string | undefined>>): Problem[] {
  const has = (name: string) => env[name] !== undefined && env[name] !== '';
  const lacks = (name: string, hint: string): Problem => ({ code: 'setting_missing', path: name, hint });
  const problems: Problem[] = [];
  const telegram = ['TELEGRAM_API_ROOT', 'TELEGRAM_WEBHOOK_URL', 'TELEGRAM_WEBHOOK_SECRET'].filter(has);
  if (telegram.length > 0 && !has('TELEGRAM_BOT_TOKEN')) {
    problems.push(lacks('TELEGRAM_BOT_TOKEN', `is missing, and ${telegram.join(', ')} means nothing without it`));
  }
  const [url, secret] = ['TELEGRAM_WEBHOOK_URL', 'TELEGRAM_WEBHOOK_SECRET'] as const;
  if (has(url) !== has(secret)) {
    problems.push(lacks(has(url) ? secret : url, `is missing: a webhook needs its address and its secret`));
  }
  if (has(url) && !has('PORT'))
    problems.push(lacks('PORT', 'is missing: a webhook of Telegram needs a port to come in'));
  const slack = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL'].filter(has);
  if (slack.length > 0 && !has('SLACK_BOT_TOKEN')) {
    problems.push(lacks('SLACK_BOT_TOKEN', `is missing, and ${slack.join(', ')} means nothing without it`));
  }
  if (has('SLACK_BOT_TOKEN') && !has('SLACK_APP_TOKEN') && !has('SLACK_SIGNING_SECRET')) {
    problems.push(lacks('SLACK_APP_TOKEN', 'is missing: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP'));
  }
  if (has('SLACK_SIGNING_SECRET') && !has('SLACK_APP_TOKEN') && !has('PORT')) {
    problems.push(lacks('PORT', 'is missing: the requests of Slack need a port to come in; or set SLACK_APP_TOKEN'));
  }
  return problems;
}

const given = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;

/** Which channels are on, and where the process listens. */
export function chatSettings(of: ChatVariables): ChatSettings {
  const { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = of;
  return {
    telegram: of.TELEGRAM_BOT_TOKEN
      ? {
          token: of.TELEGRAM_BOT_TOKEN,
          ...given('apiRoot', of.TELEGRAM_API_ROOT),
          ...given('webhook', url && secret ? { url, secret } : undefined),
        }
      : null,
    slack: of.SLACK_BOT_TOKEN
      ? {
          botToken: of.SLACK_BOT_TOKEN,
          ...given('appToken', of.SLACK_APP_TOKEN),
          // With an app-level token Slack comes over the socket, and over that alone.
          ...given('signingSecret', of.SLACK_APP_TOKEN ? undefined : of.SLACK_SIGNING_SECRET),
          ...given('apiUrl', of.SLACK_API_URL),
        }
      : null,
    http: of.PORT === undefined ? null : { port: of.PORT, host: of.HOST ?? '127.0.0.1' },
  };
}
