/** Bytes as text, in the character set that the answer names, or else the page itself. Without a word of it: UTF-8. */
import { TextDecoder } from 'node:util';

/** How far into a page its own word is looked for, as browsers do. */
const head = 1_024;

export function decodePage(bytes: Buffer, contentType: string, isPlain: boolean): string {
  const named = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  const own = isPlain
    ? undefined
    : /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(bytes.toString('latin1', 0, head))?.[1];
  return decoderFor(named ?? own ?? 'utf-8').decode(bytes);
}

/** What is not of the character set is shown as such: a page with one wrong byte can still be read. */
function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}
