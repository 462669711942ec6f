/** The keyboard of a terminal: raw keys, with pasted text told apart from them, and the terminal as it was afterwards. */
import { emitKeypressEvents, type Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Key } from './editor.ts';

export interface Keyboard {
  /** Gives the terminal back as it was found. */
  close(): void;
}

/** How long an escape may be the beginning of another key. */
const escapeMs = 60;
const pasteOn = '\u001b[?2004h';
/** No pasting, lines that wrap, a cursor that is seen. */
const restore = '\u001b[?2004l\u001b[?7h\u001b[?25h';

export function openKeyboard(
  input: ReadStream,
  write: (text: string) => void,
  heard: { key(key: Key): void; paste(text: string): void },
): Keyboard {
  let pasted: string | null = null;
  const hear = (text: string | undefined, key: Key) => {
    if (key.name === 'paste-start') pasted = '';
    else if (key.name === 'paste-end') {
      const whole = pasted ?? '';
      pasted = null;
      heard.paste(whole);
    } else if (pasted !== null) pasted += text ?? key.sequence ?? '';
    else heard.key(key);
  };
  // It reads nothing else of the interface than how long it waits behind an escape.
  emitKeypressEvents(input, { escapeCodeTimeout: escapeMs } as unknown as Interface);
  input.on('keypress', hear);
  input.setRawMode(true);
  input.resume();
  write(pasteOn);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    input.off('keypress', hear);
    input.setRawMode(false);
    input.pause();
    write(restore);
  };
  process.on('exit', close);
  return { close };
}
