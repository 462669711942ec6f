/** The methods of the Bot API that this server has, each with what it does. */
import { threadOf } from './content.ts';
import { bad, badContent, conflict } from './refusal.ts';
import type { Method, ParamsOf } from './shapes.ts';
import type { World } from './world.ts';
import {
  deleteMessage,
  editMessageReplyMarkup,
  editMessageText,
  sendDocument,
  sendMessage,
  setMessageReaction,
} from './writing.ts';

type Perform<M extends Method> = (world: World, params: ParamsOf<M>, gone: AbortSignal) => unknown;

const methods: { [M in Method]: Perform<M> } = {
  getMe: ({ bot }) => bot,
  getUpdates: ({ webhook, updates }, params, gone) => {
    if (webhook.isSet()) throw conflict("can't use getUpdates method while webhook is active");
    return updates.poll(params, gone);
  },
  setWebhook: ({ webhook }, params) => webhook.set(params),
  deleteWebhook: ({ webhook }, params) => webhook.remove(params),
  getWebhookInfo: ({ webhook }) => webhook.info(),
  sendMessage,
  sendDocument,
  editMessageText,
  editMessageReplyMarkup,
  deleteMessage,
  setMessageReaction,
  sendChatAction: ({ chats, actions }, { chat_id, message_thread_id, action }) => {
    const place = chats.reach(chat_id);
    const thread = threadOf(place, message_thread_id);
    actions.push({ chat: place.chat.id, thread, action, at: Date.now() });
    return true;
  },
  getChat: ({ chats }, { chat_id }) => ({ ...chats.find(chat_id).chat, accent_color_id: 0, max_reaction_count: 11 }),
  getFile: ({ files }, { file_id }) => {
    const file = files.get(file_id);
    if (!file) throw bad('invalid file_id');
    return { file_id, file_unique_id: `u${file_id}`, file_size: file.bytes.length, file_path: file.path };
  },
  answerCallbackQuery,
  setMyCommands,
};

export function perform<M extends Method>(world: World, method: M, params: ParamsOf<M>, gone: AbortSignal): unknown {
  const run: Perform<M> = methods[method];
  return run(world, params, gone);
}

function answerCallbackQuery(world: World, params: ParamsOf<'answerCallbackQuery'>): true {
  const { callback_query_id: id, text = '', show_alert = false } = params;
  if (text.length > 200) throw badContent('MESSAGE_TOO_LONG');
  const query = world.queries.get(id);
  if (!query || query.isAnswered || performance.now() >= query.answerUntil) {
    throw bad('query is too old and response timeout expired or query ID is invalid');
  }
  query.isAnswered = true;
  const { data, from, chat, message_id } = query;
  world.answers.push({ query_id: id, text, show_alert, data, from, chat, message_id, at: Date.now() });
  return true;
}

function setMyCommands(world: World, params: ParamsOf<'setMyCommands'>): true {
  const { commands, scope = { type: 'default' as const }, language_code = '' } = params;
  if (commands.length > 100) throw badContent('BOT_COMMANDS_TOO_MUCH');
  for (const { command, description } of commands) {
    if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badContent('BOT_COMMAND_INVALID');
    if (description.length < 1 || description.length > 256) throw badContent('BOT_COMMAND_DESCRIPTION_INVALID');
  }
  if (!/^([a-z]{2})?$/.test(language_code)) throw badContent('LANG_CODE_INVALID');
  if ('chat_id' in scope) world.chats.find(scope.chat_id);
  const isSame = (list: World['commands'][number]) =>
    list.language_code === language_code && JSON.stringify(list.scope) === JSON.stringify(scope);
  const rest = world.commands.filter((list) => !isSame(list));
  world.commands.splice(0, world.commands.length, ...rest, { scope, language_code, commands });
  return true;
}
