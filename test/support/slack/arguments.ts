/** The arguments of each method, by the names that Slack’s own client knows. An unknown one is refused here. */
import type { webApi } from '@slack/bolt';
import { isObject } from './check.ts';
import type { Json } from './types.ts';

type Sort = 'text' | 'flag' | 'whole' | 'json';
type NamesOf<T> = T extends unknown ? keyof T : never;
type Sorts<T> = Partial<Record<Exclude<NamesOf<T>, 'token'>, Sort>>;

export interface Method {
  token: 'bot' | 'app';
  needs: Record<string, Sort>;
  may: Record<string, Sort>;
}

const method = <T>(needs: Sorts<T>, may: Sorts<T> = {}, token: Method['token'] = 'bot'): Method => ({
  token,
  needs: needs as Record<string, Sort>,
  // Bolt adds the team to every call.
  may: { team_id: 'text', ...may } as Record<string, Sort>,
});

const contents = { text: 'text', blocks: 'json', parse: 'text', link_names: 'flag' } as const;

export const methods: Record<string, Method> = {
  'auth.test': method<webApi.AuthTestArguments>({}),
  'apps.connections.open': method<webApi.AppsConnectionsOpenArguments>({}, {}, 'app'),
  'chat.postMessage': method<webApi.ChatPostMessageArguments>(
    { channel: 'text' },
    {
      ...contents,
      thread_ts: 'text',
      reply_broadcast: 'flag',
      metadata: 'json',
      unfurl_links: 'flag',
      unfurl_media: 'flag',
      mrkdwn: 'flag',
    },
  ),
  'chat.update': method<webApi.ChatUpdateArguments>({ channel: 'text', ts: 'text' }, { ...contents, metadata: 'json' }),
  'chat.postEphemeral': method<webApi.ChatPostEphemeralArguments>(
    { channel: 'text', user: 'text' },
    { ...contents, thread_ts: 'text' },
  ),
  'chat.getPermalink': method<webApi.ChatGetPermalinkArguments>({ channel: 'text', message_ts: 'text' }),
  'conversations.open': method<webApi.ConversationsOpenArguments>(
    { users: 'text' },
    { return_im: 'flag', prevent_creation: 'flag' },
  ),
  'users.info': method<webApi.UsersInfoArguments>({ user: 'text' }, { include_locale: 'flag' }),
  'views.open': method<webApi.ViewsOpenArguments>({ trigger_id: 'text', view: 'json' }),
  'views.push': method<webApi.ViewsPushArguments>({ trigger_id: 'text', view: 'json' }),
  'views.update': method<webApi.ViewsUpdateArguments>(
    { view: 'json' },
    { view_id: 'text', external_id: 'text', hash: 'text' },
  ),
  'views.publish': method<webApi.ViewsPublishArguments>({ user_id: 'text', view: 'json' }, { hash: 'text' }),
  'reactions.add': method<webApi.ReactionsAddArguments>({ channel: 'text', name: 'text', timestamp: 'text' }),
  'files.getUploadURLExternal': method<webApi.FilesGetUploadURLExternalArguments>(
    { filename: 'text', length: 'whole' },
    { alt_text: 'text', snippet_type: 'text' },
  ),
  'files.completeUploadExternal': method<webApi.FilesCompleteUploadExternalArguments>(
    { files: 'json' },
    { channel_id: 'text', thread_ts: 'text', initial_comment: 'text' },
  ),
};

const flags: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };

/** A value as it was meant, or why it cannot be. Forms hold texts alone, JSON holds its own types. */
function read(value: unknown, sort: Sort, form: boolean): { value: unknown } | { problem: string } {
  if (sort === 'text') return typeof value === 'string' ? { value } : { problem: 'must provide a string' };
  if (sort === 'flag') {
    const found = form ? flags[String(value)] : value;
    return typeof found === 'boolean' ? { value: found } : { problem: 'must provide a boolean' };
  }
  if (sort === 'whole') {
    const found = form && /^\d+$/.test(String(value)) ? Number(value) : value;
    return Number.isInteger(found) ? { value: found } : { problem: 'must provide an integer' };
  }
  if (typeof value !== 'string') return typeof value === 'object' ? { value } : { problem: 'must provide JSON' };
  try {
    const found: unknown = JSON.parse(value);
    return Array.isArray(found) || isObject(found) ? { value: found } : { problem: 'must provide JSON' };
  } catch {
    return { problem: 'must provide JSON' };
  }
}

/** The arguments of a call, and everything wrong with them. */
export function readArguments({ needs, may }: Method, given: Json, form: boolean): { args: Json; problems: string[] } {
  const args: Json = {};
  const problems: string[] = [];
  const report = (name: string, message: string) => problems.push(`[ERROR] ${message} [json-pointer:/${name}]`);
  for (const [name, value] of Object.entries(given)) {
    const sort = needs[name] ?? may[name];
    if (sort === undefined) {
      report(name, `unknown argument: ${name}`);
      continue;
    }
    const result = read(value, sort, form);
    if ('problem' in result) report(name, result.problem);
    else args[name] = result.value;
  }
  for (const name of Object.keys(needs)) if (!(name in given)) report(name, `missing required field: ${name}`);
  return { args, problems };
}
