/** The state of the server in words, for a test that waited in vain. */
import type { Chats } from './chats.ts';
import type { Call, Violation } from './ledger.ts';
import { see } from './ledger.ts';
import type { Answer } from './world.ts';

interface Shown {
  chats: Chats;
  calls: readonly Call[];
  answers: readonly Answer[];
  violations: readonly Violation[];
  pending: number;
}

export function dumpOf({ chats, calls, answers, violations, pending }: Shown): string {
  const inChats = [...chats.places.values()]
    .filter(({ messages }) => messages.size > 0)
    .flatMap((place) => [
      `chat ${place.chat.id}:`,
      ...[...place.messages.values()].map((kept) => {
        const { message_id, from, text, buttons, document } = see(place, kept);
        const parts = [
          `  #${message_id} of ${from}: ${JSON.stringify(text)}`,
          document ? `document ${document.name}` : '',
          buttons.map((row) => row.map((label) => `[${label}]`).join(' ')).join(' / '),
        ];
        return parts.filter((part) => part !== '').join(' ');
      }),
    ]);
  const last = calls.slice(-15).map(({ method, ok, cut, answer }) => {
    const why = ok ? 'ok' : JSON.stringify(answer);
    return `  ${method}: ${why}${cut ? `, ${cut}` : ''}`;
  });
  return [
    ...inChats,
    `the last of ${calls.length} calls:`,
    ...last,
    ...answers.map(({ data, text }) => `answer to the click ${data}: ${JSON.stringify(text)}`),
    ...violations.map(({ method, description }) => `violation in ${method}: ${description}`),
    `${pending} updates are pending`,
  ].join('\n');
}
