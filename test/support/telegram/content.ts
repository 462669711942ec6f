/** What a message may say, and the buttons below it. */
import type { InlineKeyboardMarkup, MessageEntity } from 'telegraf/types';
import type { Place } from './chats.ts';
import { type Formatted, parseHtml } from './html.ts';
import { bad, badContent } from './refusal.ts';
import type { InlineKeyboard, Markup } from './shapes.ts';

export interface Content extends Formatted {
  html: string;
}

interface Source {
  parse_mode?: 'HTML' | undefined;
  entities?: unknown[] | undefined;
}

export function textContent(text: string, source: Source): Content {
  const content = read(text, source);
  if (content.text.trim() === '') throw badContent('message text is empty');
  if (content.text.length > 4096) throw badContent('message is too long');
  return content;
}

export function captionContent(caption: string, source: Source): Content {
  const content = read(caption, source);
  if (content.text.length > 1024) throw badContent('message caption is too long');
  return content;
}

/** Space at the end is not shown, and does not count. */
function read(text: string, { parse_mode, entities }: Source): Content {
  if (parse_mode && entities) throw badContent('parse_mode and entities exclude each other');
  if (parse_mode) {
    const { text: shown, entities: found } = parseHtml(text);
    return { text: shown.trimEnd(), entities: found, html: text };
  }
  const given = (entities ?? []) as MessageEntity[];
  for (const { offset, length } of given) {
    if (offset + length > text.length) throw badContent("can't parse entities: entity beyond the end of the text");
  }
  return { text: text.trimEnd(), entities: given, html: escaped(text) };
}

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const shown = [
  'callback_data',
  'url',
  'web_app',
  'copy_text',
  'switch_inline_query',
  'switch_inline_query_current_chat',
];

export function keyboardOf(markup: Markup | undefined, place: Place): InlineKeyboardMarkup | undefined {
  if (!markup || !('inline_keyboard' in markup)) return undefined;
  const buttons = markup.inline_keyboard.flat();
  if (buttons.length > 100) throw badContent('reply markup is too long');
  for (const button of buttons) checkButton(button, place);
  return buttons.length === 0 ? undefined : (markup as InlineKeyboardMarkup);
}

function checkButton(button: InlineKeyboard['inline_keyboard'][number][number], place: Place) {
  const has = shown.filter((name) => name in button);
  if (has.length === 0) throw badContent('text buttons are unallowed in the inline keyboard');
  if (has.length > 1) throw badContent(`an inline button does one thing alone, not ${has.join(' and ')}`);
  if (button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes < 1 || bytes > 64) throw badContent('BUTTON_DATA_INVALID');
  }
  if (button.url !== undefined && !/^(https?|tg):$/.test(protocolOf(button.url)))
    throw badContent('BUTTON_URL_INVALID');
  if (button.web_app) {
    if (place.chat.type !== 'private') throw badContent('BUTTON_TYPE_INVALID');
    if (protocolOf(button.web_app.url) !== 'https:') {
      throw badContent(
        `inline keyboard button Web App URL '${button.web_app.url}' is invalid: Only HTTPS links are allowed`,
      );
    }
  }
}

const protocolOf = (url: string): string => URL.parse(url)?.protocol ?? '';

/** General, the topic without a number, is not reached by its number 1. */
export function threadOf(place: Place, thread: number | undefined): number | null {
  if (thread === undefined) return null;
  if (!place.topics.has(thread)) throw bad('message thread not found');
  return thread;
}
