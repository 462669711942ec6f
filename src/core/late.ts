/**
 * Late answers. Whoever sends an update waits for its receipt; when the process died before it, the sweep handles the
 * update and nobody waits any more. Then the conversation is told, once and as well as it goes.
 */
import type { Channel, Receipt } from '../contracts/channel.ts';
import type { Json } from '../contracts/json.ts';
import { noticeCard } from './cards/notice.ts';
import type { Language } from './cards/words.ts';
import { crossing } from './crossing.ts';
import { sendWithin } from './deliver.ts';
import type { Log } from './ports.ts';

const limitMs = 10_000;

/** What is seen anyway: the run's own messages show it, or the update comes again. */
const visible: readonly string[] = ['run', 'decided', 'requested', 'later'];

const isLanguage = (word: unknown): word is Language => word === 'en' || word === 'ru';

/** Tells the conversation of an update, as it was kept, what became of it. Never throws. */
export async function tellLate(channels: readonly Channel[], log: Log, kept: Json, receipt: Receipt): Promise<void> {
  const { outcome, reply } = receipt;
  if (visible.includes(outcome)) return;
  const { conversation, text, code, run, language } = (kept ?? {}) as Record<string, unknown>;
  if (typeof conversation !== 'string') return;
  const channel = channels.find(({ name }) => conversation.startsWith(`${name}:`));
  if (!channel) return;
  const about = [text, code, run].find((one) => typeof one === 'string');
  const card =
    reply?.card ??
    noticeCard(
      outcome,
      (about as string | undefined) ?? null,
      reply?.line,
      isLanguage(language) ? language : undefined,
    );
  const post = { conversation, card, message: null };
  const { state } = await crossing('notice', () => sendWithin(channel, post, limitMs));
  if (state !== 'sent') log.warn({ channel: channel.name, state }, 'late answer not known to be shown');
}
