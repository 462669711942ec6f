/** Something that became true outside the run's writer. Written by whoever made it true; folded by the writer, once. */
import { z } from 'zod';
import { attemptResult } from './attempt.ts';
import { decision } from './escalation.ts';
import { actor } from './task.ts';

export const signalData = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('decided'), decision }),
  z.strictObject({ kind: z.literal('extended'), escalation: z.string(), until: z.number() }),
  z.strictObject({ kind: z.literal('cancel'), by: actor.nullable() }),
  z.strictObject({ kind: z.literal('late_result'), ...attemptResult }),
]);
export type SignalData = z.infer<typeof signalData>;

export const signal = z.strictObject({ id: z.string(), data: signalData });
export type Signal = z.infer<typeof signal>;
