/** What tests read: what people see now, everything that was called, and waiting for either. */
import { channelFor } from './chat.ts';
import { seenEphemeral, seenMessage, seenView } from './reading.ts';
import type { SeenEphemeral, SeenMessage, SeenView } from './types.ts';
import type { Workspace } from './workspace.ts';

const short = (value: unknown) => {
  const text = JSON.stringify(value) ?? '';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

const block = (title: string, lines: readonly string[]) =>
  `${title}:${lines.length === 0 ? ' none' : `\n${lines.map((line) => `  ${line}`).join('\n')}`}`;

export function createLedger(workspace: Workspace, closed: AbortSignal) {
  /** A channel by id or name; a person’s name or id stands for their direct messages. */
  const channelNamed = (reference: string): string => {
    const person = [...workspace.people.values()].find(({ id, name }) => id === reference || name === reference);
    return person ? workspace.direct(person).id : channelFor(workspace, workspace.channel(reference).id).id;
  };

  function dump(): string {
    const messages = workspace.messages.map((message) => {
      const seen = seenMessage(workspace, message);
      const place = [seen.channel, seen.thread_ts ? `in ${seen.thread_ts}` : '', message.onlyFor ? '(ephemeral)' : ''];
      return `${place.filter(Boolean).join(' ')} ${seen.ts} ${seen.user}: ${JSON.stringify(seen.seen)}`;
    });
    const views = [...workspace.stacks.values(), [...workspace.homes.values()]].flat();
    return [
      block(
        'calls',
        workspace.calls.map(
          ({ method, args, status, answer }) => `${method} ${short(args)} -> ${status} ${short(answer)}`,
        ),
      ),
      block('messages', messages),
      block(
        'views',
        views.map((open) => `${open.user} ${open.id}: ${JSON.stringify(seenView(workspace, open).seen)}`),
      ),
      block('violations', workspace.violations.map(short)),
      block(
        'timeouts',
        workspace.timeouts.map(({ type, reason }) => `${type}: ${reason}`),
      ),
    ].join('\n');
  }

  /** Anything but false, null and undefined, once `find` comes to it; looked at after everything that happens. */
  function until<T>(find: () => T, ms = 10_000): Promise<Exclude<T, false | null | undefined>> {
    return new Promise((resolve, reject) => {
      let cause: unknown;
      const look = () => {
        try {
          const found = find();
          if (found === undefined || found === null || found === false) return false;
          end();
          resolve(found as Exclude<T, false | null | undefined>);
          return true;
        } catch (error) {
          cause = error;
          return false;
        }
      };
      const stop = () => {
        end();
        const last = cause instanceof Error ? `, last: ${cause.message}` : '';
        reject(new Error(`Slack never came to it within ${ms} ms: ${find}${last}\n${dump()}`, { cause }));
      };
      const timer = setTimeout(stop, ms);
      const ignore = workspace.onChange(look);
      const end = () => {
        clearTimeout(timer);
        ignore();
        closed.removeEventListener('abort', stop);
      };
      closed.addEventListener('abort', stop);
      look();
    });
  }

  return {
    calls: workspace.calls,
    violations: workspace.violations,
    pings: workspace.pings,
    timeouts: workspace.timeouts,
    calledTooEarly: workspace.faults.calledTooEarly,
    dump,
    until,

    callsOf: (method: string) => workspace.calls.filter((call) => call.method === method),

    /** Of a channel (by id or name, a person’s for direct messages): its top level, one thread with its root, or all. */
    messages(reference: string, thread?: string): SeenMessage[] {
      const channel = channelNamed(reference);
      return workspace.messages
        .filter((message) => message.channel === channel && message.onlyFor === undefined)
        .filter(({ ts, thread_ts, broadcast }) =>
          thread === undefined
            ? thread_ts === undefined || broadcast
            : thread === 'all' || [ts, thread_ts].includes(thread),
        )
        .map((message) => seenMessage(workspace, message));
    },

    /** A message as it stands now. */
    message({ channel, ts }: { channel: string; ts: string }): SeenMessage | undefined {
      const message = workspace.messages.find((one) => one.channel === channel && one.ts === ts);
      return message && seenMessage(workspace, message);
    },

    ephemerals(user?: string): SeenEphemeral[] {
      const wanted = user === undefined ? undefined : workspace.person(user).id;
      return workspace.messages
        .filter(({ onlyFor }) => onlyFor !== undefined && (wanted === undefined || onlyFor === wanted))
        .map((message) => seenEphemeral(workspace, message));
    },

    /** The open modals of a person, the one on top last. */
    views(user: string): SeenView[] {
      return (workspace.stacks.get(workspace.person(user).id) ?? []).map((open) => seenView(workspace, open));
    },

    home(user: string): SeenView | undefined {
      const open = workspace.homes.get(workspace.person(user).id);
      return open && seenView(workspace, open);
    },

    files: workspace.sharedFiles,

    channel: workspace.channel,
    person: workspace.person,
  };
}
