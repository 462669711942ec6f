/** What goes wrong on purpose. */
import type { ErrorParameters } from './refusal.ts';
import type { Method } from './shapes.ts';

export interface FaultScope {
  /** How many calls it meets; one, when not said. */
  times?: number;
  /** Only calls for this chat. */
  chat?: number | { id: number };
  /** Only calls with such parameters. */
  matches?: (params: Record<string, unknown>) => boolean;
}

/** An answer of the platform in place of its work. */
export interface ApiFault extends FaultScope {
  error_code: number;
  description: string;
  parameters?: ErrorParameters;
}

/**
 * - `hang`, `reset`: it is done, but never answered, or the connection is cut in place of the answer.
 * - `never-hang`, `never-reset`: the same, and it is not done either.
 */
export type Cut = 'hang' | 'reset' | 'never-hang' | 'never-reset';

export interface Fault {
  readonly method: Method | '*';
  readonly what: ApiFault | Cut;
  /** How many calls it has met. */
  readonly met: number;
  /** It meets no more. */
  clear(): void;
}

export function createFaults() {
  const faults: { fault: Fault; left: number; scope: FaultScope; meet(): void }[] = [];

  return {
    fail: (method: Method | '*', what: ApiFault | Cut, scope: FaultScope = {}): Fault => {
      let met = 0;
      const whole = { ...(typeof what === 'string' ? {} : what), ...scope };
      const fault: Fault = {
        method,
        what,
        get met() {
          return met;
        },
        clear: () => {
          entry.left = 0;
        },
      };
      const entry = {
        fault,
        left: whole.times ?? 1,
        scope: whole,
        meet: () => {
          met += 1;
          entry.left -= 1;
        },
      };
      faults.push(entry);
      return fault;
    },
    /** The first fault that meets this call, which it then has met. */
    meet: (method: Method, params: Record<string, unknown>): ApiFault | Cut | null => {
      const entry = faults.find(
        ({ fault, left, scope }) =>
          left > 0 &&
          (fault.method === '*' || fault.method === method) &&
          (scope.chat === undefined || chatOf(scope.chat) === Number(params.chat_id)) &&
          (scope.matches?.(params) ?? true),
      );
      entry?.meet();
      return entry?.fault.what ?? null;
    },
  };
}

const chatOf = (chat: number | { id: number }): number => (typeof chat === 'number' ? chat : chat.id);
