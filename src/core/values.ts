/** Large values of one run: events hold their digest and a preview, the contents are here and in `blobs`. */
import type { Event } from '../contracts/event.ts';
import type { Json, Value } from '../contracts/json.ts';
import { digest } from './digest.ts';
import { readBlobs, writeBlob } from './store/blobs.ts';
import { patiently, type Sql } from './store/database.ts';

const maxInlineBytes = 8_192;
const previewCharacters = 200;

export interface Values {
  content(value: Value): Json;
  /** Moves large values out of events, before the commit that refers to them. The same list when there are none. */
  seal(events: Event[]): Promise<Event[]>;
  sealValue(value: Value): Promise<Value>;
  /** Reads what was stored by others. */
  load(): Promise<void>;
  has(value: Value): boolean;
  /** Bytes of all large values of the run. */
  readonly bytes: () => number;
}

export function createValues(sql: Sql, run: string): Values {
  const contents = new Map<string, Json>();
  let total = 0;
  const sealValue = async (value: Value): Promise<Value> => {
    if (!('inline' in value)) return value;
    const text = JSON.stringify(value.inline);
    const bytes = text.length > maxInlineBytes / 4 ? Buffer.byteLength(text) : text.length;
    if (bytes <= maxInlineBytes) return value;
    const blob = digest(value.inline);
    if (!contents.has(blob)) {
      await patiently(() => writeBlob(sql, run, blob, value.inline));
      contents.set(blob, value.inline);
      total += bytes;
    }
    return { blob, bytes, preview: text.slice(0, previewCharacters) };
  };
  return {
    content: (value) => {
      if ('inline' in value) return value.inline;
      const found = contents.get(value.blob);
      if (found === undefined) throw new Error(`value ${value.blob.slice(0, 12)} of run ${run} is not loaded`);
      return found;
    },
    has: (value) => 'inline' in value || contents.has(value.blob),
    load: async () => {
      for (const [name, body] of await patiently(() => readBlobs(sql, run))) {
        if (contents.has(name)) continue;
        contents.set(name, body);
        total += JSON.stringify(body).length;
      }
    },
    bytes: () => total,
    sealValue,
    seal: async (events) => {
      const sealed = await Promise.all(events.map((event) => sealEvent(event, sealValue)));
      return sealed.every((event, i) => event === events[i]) ? events : sealed;
    },
  };
}

async function sealEvent(event: Event, seal: (value: Value) => Promise<Value>): Promise<Event> {
  if (event.type === 'attempt_started') {
    const input = await seal(event.input);
    return input === event.input ? event : { ...event, input };
  }
  if (event.type === 'plan_refused') {
    const plan = await seal(event.plan);
    return plan === event.plan ? event : { ...event, plan };
  }
  if (event.type === 'finished' && event.answer) {
    const answer = await seal(event.answer);
    return answer === event.answer ? event : { ...event, answer };
  }
  if ((event.type === 'attempt_ended' || event.type === 'late_result') && event.output) {
    const output = await seal(event.output);
    return output === event.output ? event : { ...event, output };
  }
  return event;
}

/** The large values that a state refers to. */
export const blobsIn = (events: readonly Event[]): Value[] =>
  events.flatMap((event) => {
    const found: (Value | null | undefined)[] =
      event.type === 'attempt_started'
        ? [event.input]
        : event.type === 'attempt_ended' || event.type === 'late_result'
          ? [event.output]
          : event.type === 'finished'
            ? [event.answer]
            : event.type === 'plan_refused'
              ? [event.plan]
              : [];
    return found.filter((value) => value != null).filter((value) => 'blob' in value);
  });
