/** Uploading files in the three steps of files.uploadV2, and the small methods about the workspace. */
import { type Handler, openChannel, post } from './chat.ts';
import { isObject } from './check.ts';
import { pingsOf } from './mrkdwn.ts';
import type { Json } from './types.ts';
import { app, home, Refused, type Workspace } from './workspace.ts';

export function fileMethods(workspace: Workspace): Record<string, Handler> {
  return {
    'files.getUploadURLExternal'(args) {
      const length = Number(args.length);
      if (length < 1) throw new Refused('invalid_arguments', ['[ERROR] length must be more than 0']);
      const id = workspace.id('F');
      const name = String(args.filename);
      const altText = args.alt_text === undefined ? {} : { altText: String(args.alt_text) };
      workspace.files.set(id, { id, name, title: name, bytes: Buffer.alloc(0), shared: false, length, ...altText });
      return { upload_url: `${workspace.origin}/upload/v1/${id}`, file_id: id };
    },

    'files.completeUploadExternal'(args) {
      const wanted = args.files as Json[];
      if (!Array.isArray(wanted) || wanted.length === 0) throw new Refused('invalid_arguments');
      const files = wanted.map((one) => {
        const file = isObject(one) ? workspace.files.get(String(one.id)) : undefined;
        if (!file || file.shared || file.bytes.length !== file.length) throw new Refused('file_not_found');
        return { file, title: String(one.title ?? file.name) };
      });
      const { channel_id, thread_ts, initial_comment } = args as Record<string, string | undefined>;
      const channel = channel_id === undefined ? undefined : openChannel(workspace, channel_id);
      if (thread_ts !== undefined && !channel) throw new Refused('invalid_arguments');
      const place = { ...(channel ? { channel: channel.id } : {}), ...(thread_ts === undefined ? {} : { thread_ts }) };
      const comment = initial_comment === undefined ? {} : { comment: initial_comment };
      for (const { file, title } of files)
        workspace.sharedFiles.push(Object.assign(file, { title, shared: true }, place, comment));
      const found = pingsOf(initial_comment ?? '', '/initial_comment');
      workspace.pings.push(...found.map((ping) => ({ ...ping, method: 'files.completeUploadExternal' })));
      if (channel)
        post(workspace, channel.id, {
          text: initial_comment ?? '',
          files: files.map(({ file }) => file.id),
          ...(thread_ts === undefined ? {} : { thread_ts }),
        });
      return { files: files.map(({ file, title }) => ({ id: file.id, title })) };
    },
  };
}

/** The bytes of a file that was announced; refused when they are not as many as was said. */
export function upload(workspace: Workspace, id: string, bytes: Buffer): string {
  const file = workspace.files.get(id);
  if (!file || file.bytes.length > 0) throw new Refused('file_not_found');
  if (bytes.length !== file.length)
    throw new Refused('invalid_arguments', [`[ERROR] ${bytes.length} bytes, where ${file.length} were announced`]);
  file.bytes = bytes;
  return `OK - ${bytes.length}`;
}

export function smallMethods(workspace: Workspace): Record<string, Handler> {
  return {
    'auth.test': () => ({
      url: `https://${home.domain}.slack.com/`,
      team: home.name,
      user: app.name,
      team_id: home.id,
      user_id: app.user,
      bot_id: app.bot,
      is_enterprise_install: false,
    }),

    'conversations.open'(args) {
      const person = workspace.people.get(String(args.users));
      if (!person) throw new Refused('user_not_found');
      if (person.id === app.user || person.bot) throw new Refused('cannot_dm_bot');
      if (person.deleted) throw new Refused('user_disabled');
      return { channel: { id: workspace.direct(person).id } };
    },

    'users.info'(args) {
      const person = workspace.people.get(String(args.user));
      if (!person) throw new Refused('user_not_found');
      return {
        user: {
          id: person.id,
          team_id: person.team,
          name: person.name,
          real_name: person.realName,
          deleted: person.deleted,
          is_bot: person.bot,
          is_app_user: false,
          is_stranger: person.team !== home.id,
          tz: person.tz,
          profile: { real_name: person.realName, display_name: person.name, team: person.team },
          ...(args.include_locale === true ? { locale: person.locale } : {}),
        },
      };
    },
  };
}
