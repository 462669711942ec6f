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
    const text = largeText(value);
    if (text === null || !('inline' in value)) return value;
    const bytes = Buffer.byteLength(text);
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
    seal: async (events) =>
      events.some(isLarge) ? Promise.all(events.map((event) => sealEvent(event, sealValue))) : events,
  };
}

/** The JSON of a value that is too large for an event, or null. */
function largeText(value: Value): string | null {
  if (!('inline' in value)) return null;
  const text = JSON.stringify(value.inline);
  // A character has three bytes at most, so most values need not be measured.
  return text.length > maxInlineBytes / 3 && Buffer.byteLength(text) > maxInlineBytes ? text : null;
}

/** The one value that an event carries, if any. */
function carriedBy(event: Event): Value | null {
  if (event.type === 'attempt_started') return event.input;
  if (event.type === 'attempt_ended' || event.type === 'late_result') return event.output ?? null;
  if (event.type === 'plan_refused') return event.plan;
  return event.type === 'finished' ? event.answer : null;
}

function isLarge(event: Event): boolean {
  const value = carriedBy(event);
  return value !== null && largeText(value) !== null;
}

async function sealEvent(event: Event, seal: (value: Value) => Promise<Value>): Promise<Event> {
  if (!isLarge(event)) return event;
  const value = await seal(carriedBy(event)!);
  if (event.type === 'attempt_started') return { ...event, input: value };
  if (event.type === 'plan_refused') return { ...event, plan: value };
  return event.type === 'finished' ? { ...event, answer: value } : ({ ...event, output: value } as Event);
}

/** The large values that a state refers to. */
export const blobsIn = (events: readonly Event[]): Value[] =>
  events.map(carriedBy).filter((value) => value !== null && 'blob' in value) as Value[];
