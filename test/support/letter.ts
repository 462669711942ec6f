/** A route on whose question nobody could decide by what a card holds: a letter that is sent with a person's word. */
import { z } from 'zod';
import { defineAgent } from '../../src/contracts/agent.ts';
import { approval, defineRoute } from '../../src/contracts/route.ts';

export const secret = 'tok_4a5b6c7d8e9f';
/** 5,000 characters and more, in paragraphs; the last words are what matters. */
export const letter = `${'Dear customer, we are sorry for the delay.\n'.repeat(120)}We owe you nothing. ${secret}`;

const write = defineAgent({
  name: 'mail.write',
  title: 'Write the letter',
  input: z.strictObject({ to: z.string() }),
  output: z.strictObject({ letter: z.string(), token: z.string() }),
  effect: 'read',
  redact: ['output.token'],
  run: () => ({ letter, token: secret }),
});

const send = defineAgent({
  name: 'mail.send',
  title: 'Send the letter',
  input: z.strictObject({ to: z.string(), letter: z.string() }),
  output: z.strictObject({ sent: z.string() }),
  effect: 'irreversible',
  run: (input) => ({ sent: input.letter }),
});

const terms = { deciders: { roles: ['finance'] } };

export const letterRoute = defineRoute({
  name: 'letter',
  title: 'Send a letter',
  description: 'Writes a letter, and sends it with your word.',
  fields: z.strictObject({ to: z.string() }),
  patterns: [/^letter to (?<to>\w+)/],
  plan: (p) =>
    p
      .step('write', write, ({ task }) => ({ to: task.to }))
      .step('send', send, ({ task, steps }) => ({ to: task.to, letter: steps.write.letter }))
      .answer(({ steps }) => ({ sent: steps.send.sent })),
  questions: terms,
  approvals: [approval(send, () => terms)],
});
