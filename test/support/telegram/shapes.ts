/** The parameters of every method that this server has. A misspelt one is refused, where the platform ignores it. */
import { z } from 'zod';
import { Upload } from './body.ts';

const chatId = z.union([z.int(), z.string().regex(/^(@[A-Za-z]\w{3,31}|-?\d+)$/)]);
const seconds = z.int().min(0);

const button = z.strictObject({
  text: z.string().min(1),
  callback_data: z.string().optional(),
  url: z.string().optional(),
  web_app: z.strictObject({ url: z.string() }).optional(),
  copy_text: z.strictObject({ text: z.string().min(1).max(256) }).optional(),
  switch_inline_query: z.string().optional(),
  switch_inline_query_current_chat: z.string().optional(),
});
const inlineKeyboard = z.strictObject({ inline_keyboard: z.array(z.array(button)) });
const placeholder = z.string().min(1).max(64).optional();
const key = z.strictObject({ text: z.string().min(1), web_app: z.strictObject({ url: z.string() }).optional() });
const anyMarkup = z.union([
  inlineKeyboard,
  z.strictObject({
    force_reply: z.literal(true),
    input_field_placeholder: placeholder,
    selective: z.boolean().optional(),
  }),
  z.strictObject({ remove_keyboard: z.literal(true), selective: z.boolean().optional() }),
  z.strictObject({
    keyboard: z.array(z.array(z.union([z.string().min(1), key]))),
    is_persistent: z.boolean().optional(),
    resize_keyboard: z.boolean().optional(),
    one_time_keyboard: z.boolean().optional(),
    input_field_placeholder: placeholder,
    selective: z.boolean().optional(),
  }),
]);

const entity = z.strictObject({
  type: z.string(),
  offset: z.int().min(0),
  length: z.int().min(1),
  url: z.string().optional(),
  language: z.string().optional(),
  user: z.looseObject({ id: z.int() }).optional(),
  custom_emoji_id: z.string().optional(),
});
const parseMode = z.literal('HTML', { error: 'this server reads parse_mode HTML alone' }).optional();
const linkPreview = z.strictObject({
  is_disabled: z.boolean().optional(),
  url: z.string().optional(),
  prefer_small_media: z.boolean().optional(),
  prefer_large_media: z.boolean().optional(),
  show_above_text: z.boolean().optional(),
});
const reply = z.strictObject({
  message_id: z.int(),
  chat_id: chatId.optional(),
  allow_sending_without_reply: z.boolean().optional(),
  quote: z.string().max(1024).optional(),
});
const sending = {
  chat_id: chatId,
  message_thread_id: z.int().optional(),
  parse_mode: parseMode,
  disable_notification: z.boolean().optional(),
  protect_content: z.boolean().optional(),
  allow_paid_broadcast: z.boolean().optional(),
  reply_parameters: reply.optional(),
  reply_markup: anyMarkup.optional(),
};
const oneMessage = { chat_id: chatId, message_id: z.int() };

const updateKinds = [
  ...['message', 'edited_message', 'channel_post', 'edited_channel_post', 'callback_query', 'inline_query'],
  ...['chosen_inline_result', 'my_chat_member', 'chat_member', 'chat_join_request', 'message_reaction'],
  ...['message_reaction_count', 'poll', 'poll_answer', 'shipping_query', 'pre_checkout_query'],
  ...['chat_boost', 'removed_chat_boost'],
];
const allowedUpdates = z.array(z.enum(updateKinds)).optional();

const actions = [
  ...['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice', 'upload_document'],
  ...['choose_sticker', 'find_location', 'record_video_note', 'upload_video_note'],
];

const scopeOf = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });
const scope = z.union([
  scopeOf('default'),
  scopeOf('all_private_chats'),
  scopeOf('all_group_chats'),
  scopeOf('all_chat_administrators'),
  scopeOf('chat').extend({ chat_id: chatId }),
  scopeOf('chat_administrators').extend({ chat_id: chatId }),
  scopeOf('chat_member').extend({ chat_id: chatId, user_id: z.int() }),
]);

export const shapes = {
  getMe: z.strictObject({}),
  getUpdates: z.strictObject({
    offset: z.int().optional(),
    limit: z.int().min(1).max(100).optional(),
    timeout: seconds.optional(),
    allowed_updates: allowedUpdates,
  }),
  setWebhook: z.strictObject({
    url: z.string(),
    ip_address: z.string().optional(),
    max_connections: z.int().min(1).max(100).optional(),
    allowed_updates: allowedUpdates,
    drop_pending_updates: z.boolean().optional(),
    secret_token: z.string().optional(),
  }),
  deleteWebhook: z.strictObject({ drop_pending_updates: z.boolean().optional() }),
  getWebhookInfo: z.strictObject({}),
  sendMessage: z.strictObject({
    ...sending,
    text: z.string(),
    entities: z.array(entity).optional(),
    link_preview_options: linkPreview.optional(),
  }),
  sendDocument: z.strictObject({
    ...sending,
    document: z.union([z.instanceof(Upload), z.string()]),
    caption: z.string().optional(),
    caption_entities: z.array(entity).optional(),
    disable_content_type_detection: z.boolean().optional(),
  }),
  editMessageText: z.strictObject({
    ...oneMessage,
    text: z.string(),
    parse_mode: parseMode,
    entities: z.array(entity).optional(),
    link_preview_options: linkPreview.optional(),
    reply_markup: inlineKeyboard.optional(),
  }),
  editMessageReplyMarkup: z.strictObject({ ...oneMessage, reply_markup: inlineKeyboard.optional() }),
  deleteMessage: z.strictObject(oneMessage),
  setMessageReaction: z.strictObject({
    ...oneMessage,
    reaction: z.array(z.strictObject({ type: z.literal('emoji'), emoji: z.string() })).optional(),
    is_big: z.boolean().optional(),
  }),
  sendChatAction: z.strictObject({
    chat_id: chatId,
    message_thread_id: z.int().optional(),
    action: z.enum(actions),
  }),
  getChat: z.strictObject({ chat_id: chatId }),
  getFile: z.strictObject({ file_id: z.string() }),
  answerCallbackQuery: z.strictObject({
    callback_query_id: z.string(),
    text: z.string().optional(),
    show_alert: z.boolean().optional(),
    cache_time: seconds.optional(),
  }),
  setMyCommands: z.strictObject({
    commands: z.array(z.strictObject({ command: z.string(), description: z.string() })),
    scope: scope.optional(),
    language_code: z.string().optional(),
  }),
};

export type Method = keyof typeof shapes;
export type ParamsOf<M extends Method> = z.output<(typeof shapes)[M]>;
export type Markup = z.output<typeof anyMarkup>;
export type InlineKeyboard = z.output<typeof inlineKeyboard>;

export const isMethod = (name: string): name is Method => Object.hasOwn(shapes, name);
