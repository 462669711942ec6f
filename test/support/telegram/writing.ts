/** The methods by which the bot writes, edits and deletes messages. */
import { isDeepStrictEqual } from 'node:util';
import { Upload } from './body.ts';
import { type ApiMessage, type Kept, nowInSeconds, type Place, put, standing } from './chats.ts';
import { type Content, captionContent, keyboardOf, textContent, threadOf } from './content.ts';
import { bad, badContent } from './refusal.ts';
import type { Markup, ParamsOf } from './shapes.ts';
import { storeFile, type World } from './world.ts';

export function sendMessage(world: World, params: ParamsOf<'sendMessage'>): ApiMessage {
  const content = textContent(params.text, params);
  const { text, entities } = content;
  return send(world, params, content, { text, ...(entities.length > 0 && { entities }) });
}

export function sendDocument(world: World, params: ParamsOf<'sendDocument'>): ApiMessage {
  const content = captionContent(params.caption ?? '', { ...params, entities: params.caption_entities });
  const file = fileOf(world, params.document);
  const { text, entities } = content;
  const shown = { ...(text !== '' && { caption: text }), ...(entities.length > 0 && { caption_entities: entities }) };
  // A refused document is not stored.
  world.chats.reach(params.chat_id);
  const document = storeFile(world, file.name, file.bytes);
  return send(world, params, content, { ...shown, document }, { ...file, text: file.bytes.toString('utf8') });
}

function fileOf(world: World, document: Upload | string): { name: string; bytes: Buffer } {
  if (document instanceof Upload) {
    if (document.bytes.length === 0) throw badContent('file must be non-empty');
    return { name: document.filename, bytes: document.bytes };
  }
  const stored = world.files.get(document);
  if (!stored) throw badContent('wrong file identifier/HTTP URL specified');
  return { name: stored.name, bytes: stored.bytes };
}

function send(
  world: World,
  params: ParamsOf<'sendMessage'> | ParamsOf<'sendDocument'>,
  { html }: Content,
  shown: Partial<ApiMessage>,
  file: Kept['file'] = null,
): ApiMessage {
  const place = world.chats.reach(params.chat_id);
  const keyboard = keyboardOf(params.reply_markup, place);
  const thread = threadOf(place, params.message_thread_id);
  const replyTo = answered(place, params.reply_parameters);
  const message = {
    from: plainBot(world),
    ...shown,
    ...(replyTo ? standing(place, thread, replyTo) : thread !== null && standing(place, thread, null)),
    ...(keyboard && { reply_markup: keyboard }),
  };
  const kept = put(place, {
    message,
    html,
    file,
    silent: params.disable_notification ?? false,
    forceReply: isForceReply(params.reply_markup),
    isFixed: params.reply_markup !== undefined && !('inline_keyboard' in params.reply_markup),
  });
  return kept.message;
}

const plainBot = ({ bot: { id, is_bot, first_name, username } }: World) => ({ id, is_bot, first_name, username });

const isForceReply = (markup: Markup | undefined): boolean => markup !== undefined && 'force_reply' in markup;

function answered(place: Place, reply: ParamsOf<'sendMessage'>['reply_parameters']): ApiMessage | null {
  if (!reply) return null;
  const found = place.messages.get(reply.message_id);
  if (!found && !reply.allow_sending_without_reply) throw bad('message to be replied not found');
  return found?.message ?? null;
}

export function editMessageText(world: World, params: ParamsOf<'editMessageText'>): ApiMessage {
  const { text, entities, html } = textContent(params.text, params);
  const { place, kept } = editable(world, params);
  if (kept.message.text === undefined) throw bad('there is no text in the message to edit');
  const keyboard = keyboardOf(params.reply_markup, place);
  const { edits, message } = kept;
  const before = message.text!;
  change(kept, { text, entities: entities.length > 0 ? entities : undefined, reply_markup: keyboard });
  edits.push(before);
  kept.html = html;
  return kept.message;
}

export function editMessageReplyMarkup(world: World, params: ParamsOf<'editMessageReplyMarkup'>): ApiMessage {
  const { place, kept } = editable(world, params);
  change(kept, { reply_markup: keyboardOf(params.reply_markup, place) });
  return kept.message;
}

interface Target {
  chat_id: number | string;
  message_id: number;
}

function editable(world: World, { chat_id, message_id }: Target) {
  const place = world.chats.reach(chat_id);
  const kept = place.messages.get(message_id);
  if (!kept) throw bad('message to edit not found');
  if (kept.message.from.id !== world.bot.id || kept.isFixed) throw bad("message can't be edited");
  return { place, kept };
}

/** Without its keyboard an edit takes the keyboard away. */
function change(kept: Kept, changes: Partial<Record<'text' | 'entities' | 'reply_markup', unknown>>) {
  const { message } = kept;
  const after = Object.fromEntries(
    Object.entries({ ...message, ...changes, edit_date: nowInSeconds() }).filter(([, value]) => value !== undefined),
  ) as unknown as ApiMessage;
  const isSame = (['text', 'entities', 'reply_markup'] as const).every((name) =>
    isDeepStrictEqual(message[name], after[name]),
  );
  if (isSame) {
    throw bad(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    );
  }
  kept.message = after;
}

export function deleteMessage(world: World, { chat_id, message_id }: ParamsOf<'deleteMessage'>): true {
  const place = world.chats.reach(chat_id);
  const kept = place.messages.get(message_id);
  if (!kept) throw bad('message to delete not found');
  const isOwn = kept.message.from.id === world.bot.id;
  if (!isOwn && place.chat.type !== 'private' && !place.isAdmin) throw bad("message can't be deleted");
  place.messages.delete(message_id);
  return true;
}

const emojis =
  '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡';
const allowedEmojis = new Set(emojis.split(' '));

export function setMessageReaction(world: World, params: ParamsOf<'setMessageReaction'>): true {
  const kept = world.chats.reach(params.chat_id).messages.get(params.message_id);
  if (!kept) throw bad('message to react not found');
  const reactions = (params.reaction ?? []).map(({ emoji }) => emoji);
  if (reactions.length > 1) throw badContent('REACTIONS_TOO_MANY');
  if (!reactions.every((emoji) => allowedEmojis.has(emoji))) throw badContent('REACTION_INVALID');
  kept.reactions = reactions;
  return true;
}
