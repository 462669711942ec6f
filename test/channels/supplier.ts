/**
 * A new supplier whose message lacks something, from there to the summary: the same story for every platform and every
 * way into it, told by what people do and see there.
 */
import assert from 'node:assert/strict';

export type Who = 'anna' | 'carl';

export interface Seen {
  text: string;
  buttons: string[];
  /** How often it was changed. */
  edits: number;
}

/** A field of a form, with what is typed into it first and does not fit, and then. */
export interface Filling {
  name: string;
  wrong?: string;
  right: string;
}

/** Carl asks and Anna decides, each where they are. */
export interface Chat {
  task(text: string): Promise<void>;
  /** The latest card before somebody that has this button. */
  asked(who: Who, button: string): Promise<Seen>;
  /** Presses it on that card. */
  press(who: Who, button: string): Promise<void>;
  /** Presses it on that card, and gives the fields of the form; what is not named is left as it is. */
  fill(who: Who, button: string, fields: readonly Filling[]): Promise<void>;
  /** A message where Carl asked, or before Anna, that reads like this. */
  seen(who: Who, text: RegExp): Promise<Seen>;
  /** How many messages of Baton stand where Carl asked, without what answers somebody. */
  count(): number;
}

const message = 'New supplier: Müller Logistik GmbH, Germany, IBAN GB29 NWBK 6016 1331 9268 19';
const secrets = /DE136695976|GB29|ap@mueller/;

export async function registersSupplier(chat: Chat): Promise<void> {
  await chat.task(message);
  const missing = await chat.asked('carl', 'Answer');
  assert.match(missing.text, /Missing: Its e-mail address\?[\s\S]*Missing: Its VAT number or INN\?/);
  // It goes out after the question, and is one message from then on.
  await chat.seen('carl', /^New supplier/);
  await chat.fill('carl', 'Answer', [
    { name: 'email', wrong: 'nobody', right: 'ap@mueller.example' },
    { name: 'taxId', right: 'DE136695976' },
  ]);
  const question = await chat.asked('anna', 'Edit');
  assert.match(question.text, /Open the supplier for payments[\s\S]*level: medium/);
  assert.doesNotMatch(question.text, secrets);
  await chat.fill('anna', 'Edit', [{ name: 'name', right: 'Müller Logistik AG' }]);
  const summary = await chat.seen('carl', /^Completed[\s\S]*supplier: S-1001/);
  assert.match(summary.text, /Anna/);
  assert.doesNotMatch(summary.text, secrets);
  for (const who of ['anna', 'carl'] as const) {
    const end = await chat.seen(who, /^May this happen\?[\s\S]*Müller Logistik AG[\s\S]*Anna/);
    assert.deepEqual(end.buttons, []);
  }
  const progress = await chat.seen('carl', /^New supplier[\s\S]*Open the supplier for payments[\s\S]*Completed/);
  assert.ok(progress.edits > 0, 'it was one message, edited');
  // What was missing, what had to be decided, progress and summary.
  assert.equal(chat.count(), 4);
}
