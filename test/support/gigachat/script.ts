/** What the model is made to say, and what goes wrong on purpose: one turn for each request that is accepted. */
import type { ChatRequest } from './shapes.ts';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  precached_prompt_tokens: number;
  total_tokens: number;
}

interface Said {
  /** Default: `function_call` for a call, else `stop`. */
  finish?: 'stop' | 'length' | 'blacklist' | 'error' | 'function_call';
  /** Null: none is told. Default: counted. */
  usage?: Usage | null;
}

export type Turn = (
  | /** In the form that was asked for: content, or the arguments of the function. */ ({ json: unknown } & Said)
  | /** Content as it is. */ ({ content: string } & Said)
  | /** A function call; the arguments as they are, mostly an object. */ ({ call: unknown; name?: string } & Said)
  | /** An error in place of the work. */ { status: number; message?: string; headers?: Record<string, string> }
  | /** A body as it is, with status 200. */ { raw: string | Buffer; headers?: Record<string, string> }
  | /** Head and then a byte at a time, without an end; nothing at all; the connection is cut. */ {
      cut: 'drip' | 'hang' | 'reset';
    }
) & {
  /** The answer waits for this. */
  after?: Promise<unknown>;
};

export function createScript() {
  const turns: Turn[] = [];
  let otherwise: Turn | ((request: ChatRequest) => Turn) = { json: { ok: true } };
  return {
    /** In this order, one for each request. */
    say: (...more: Turn[]) => {
      turns.push(...more);
    },
    /** Whenever nothing else is left to say; a function looks at the request. */
    always: (turn: Turn | ((request: ChatRequest) => Turn)) => {
      otherwise = turn;
    },
    next: (request?: ChatRequest): Turn => {
      const turn = turns.shift();
      if (turn) return turn;
      return typeof otherwise === 'function' ? otherwise(request!) : otherwise;
    },
    left: () => turns.length,
  };
}
