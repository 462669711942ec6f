/** `run`: hands a task in and follows it to its end, or to a question that nobody here answers. */
import { randomUUID } from 'node:crypto';
import { type Verb, verbsWithValue } from '../contracts/escalation.ts';
import { askIn } from '../contracts/route.ts';
import type { Orchestrator } from '../core/orchestrator.ts';
import type { QuestionState, RunState } from '../core/state.ts';
import type { Call } from './call.ts';
import { type Follow, followRun, operator } from './follow.ts';
import { withBaton } from './open.ts';
import { promptVerdict } from './prompt.ts';
import { readVerdict, type Verdict } from './verdict.ts';
import { createJsonView, createProgressView } from './views.ts';

type Decide = Required<Pick<Follow, 'decide' | 'mayRepeat'>>;

export async function runTask(call: Call): Promise<number> {
  const { flags, terminal, signal } = call;
  const given = typeof flags.decide === 'string' ? readVerdict(flags.decide, '--decide') : null;
  const key = typeof flags.key === 'string' ? flags.key : randomUUID();
  const task = { text: call.arguments.join(' '), requester: operator, conversation: null };
  return withBaton(call, true, async ({ orchestrator }) => {
    const { desk } = orchestrator;
    const run = await desk.submit({ source: 'terminal', key, task }, { watch: true });
    const view = flags.json ? createJsonView(terminal) : createProgressView(terminal);
    const decide = given ? fromFlag(given) : fromPerson(call, orchestrator);
    return followRun(run, { desk, view, signal, ...decide });
  });
}

/** The same answer to every question, but a value only once to each step: a value that is asked about again would be again. */
function fromFlag(verdict: Verdict): Decide {
  const given = new Set<string | null>();
  const isAgain = (verb: Verb, step: string | null) => verbsWithValue.includes(verb) && given.has(step);
  return {
    mayRepeat: false,
    decide: async ({ question }) => {
      if (isAgain(verdict.verb, question.step)) return null;
      given.add(question.step);
      return verdict;
    },
  };
}

/** What the person at the terminal says; nothing, where nobody is, or where a program reads. */
export function fromPerson({ terminal, flags, signal }: Call, { registry }: Orchestrator): Decide {
  const { ask } = terminal;
  if (!ask || flags.json) return { mayRepeat: false, decide: async () => null };
  return {
    mayRepeat: true,
    decide: (asked: QuestionState, state: RunState) => {
      const route = registry.routes.get(state.route?.name ?? '')?.data;
      const words = route ? askIn(route, state.language) : {};
      return promptVerdict(asked, (question) => ask(question, signal), words);
    },
  };
}
