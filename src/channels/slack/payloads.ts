/**
 * What Slack delivers, as far as it is read here (https://docs.slack.dev/interactivity/handling-user-interaction,
 * https://docs.slack.dev/reference/events). Slack adds fields as it likes: what is not named is left out, tokens,
 * trigger ids and response URLs among it, so that none of them can be kept or logged by accident.
 */
import { z } from 'zod';

const id = z.string().min(1).max(100);
const text = z.string().max(100_000);
const user = z.object({ id, team_id: id.optional() });

export const event = z.object({
  type: z.literal('event_callback'),
  event: z.object({
    type: z.string(),
    subtype: z.string().optional(),
    user: id.optional(),
    bot_id: z.string().optional(),
    text: text.optional(),
    ts: id.optional(),
    thread_ts: id.optional(),
    channel: id.optional(),
    channel_type: z.string().optional(),
    team: id.optional(),
    user_team: id.optional(),
    tab: z.string().optional(),
  }),
});

export const actions = z.object({
  type: z.literal('block_actions'),
  user,
  trigger_id: z.string().optional(),
  container: z.object({
    message_ts: id.optional(),
    thread_ts: id.optional(),
    channel_id: id.optional(),
    is_ephemeral: z.boolean().optional(),
  }),
  actions: z
    .array(
      z.object({
        action_id: z.string().max(255),
        action_ts: id,
        value: z.string().max(2000).optional(),
        selected_option: z.object({ value: z.string().max(150) }).nullish(),
      }),
    )
    .min(1),
});

export const command = z.object({
  command: z.string(),
  text: text.default(''),
  user_id: id,
  user_name: z.string().max(200).optional(),
  team_id: id,
  channel_id: id,
  trigger_id: id,
});

export const messageAction = z.object({
  type: z.literal('message_action'),
  callback_id: z.string(),
  user: user.extend({ name: z.string().max(200).optional() }),
  action_ts: id,
  channel: z.object({ id }),
  message: z.object({ ts: id, thread_ts: id.optional(), text: text.optional() }),
});

export const submission = z.object({
  type: z.literal('view_submission'),
  user,
  view: z.object({
    id,
    hash: id,
    callback_id: z.string(),
    private_metadata: z.string().max(3000),
    blocks: z.array(z.object({ type: z.string(), block_id: z.string().max(255) })),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
          }),
        ),
      ),
    }),
  }),
});
