/** What of an update is read (core.telegram.org/bots/api#update). Whatever else it has is nobody's business here. */
import { z } from 'zod';

const user = z.object({
  id: z.number(),
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  language_code: z.string().optional(),
});
export type User = z.infer<typeof user>;

const chat = z.object({ id: z.number(), type: z.string() });
const message = z.object({
  message_id: z.number(),
  from: user.optional(),
  sender_chat: z.object({ id: z.number() }).optional(),
  /** A post of a channel that the platform put into the channel's group. */
  is_automatic_forward: z.boolean().optional(),
  chat,
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  migrate_to_chat_id: z.number().optional(),
  migrate_from_chat_id: z.number().optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_to_message: z
    .object({ message_id: z.number(), from: user.optional(), forum_topic_created: z.unknown().optional() })
    .optional(),
});
export type Message = z.infer<typeof message>;

const query = z.object({
  id: z.string(),
  from: user,
  data: z.string().optional(),
  // A message that the bot may not see any more comes without its content; only its place is needed.
  message: z
    .object({
      message_id: z.number(),
      chat,
      message_thread_id: z.number().optional(),
      is_topic_message: z.boolean().optional(),
    })
    .optional(),
});
export type Query = z.infer<typeof query>;

export const update = z.object({
  update_id: z.number(),
  message: message.optional(),
  edited_message: message.optional(),
  callback_query: query.optional(),
});
