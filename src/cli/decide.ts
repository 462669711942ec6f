/** `decide`: answers a question by its code and follows the run on from there. */
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { followRun, operator } from './follow.ts';
import { withBaton } from './open.ts';
import { fromPerson } from './run.ts';
import { readVerdict, tellAnswer } from './verdict.ts';
import { createJsonView, createProgressView } from './views.ts';

export async function decideQuestion(call: Call): Promise<number> {
  const [code = '', typed = ''] = call.arguments;
  const { terminal, flags, signal } = call;
  const verdict = readVerdict(typed, typed);
  return withBaton(call, true, async ({ orchestrator }) => {
    const { desk } = orchestrator;
    const answer = await desk.vote(code, { actor: operator, ...verdict });
    if (answer.result !== 'decided') {
      const { lines, exitCode } = tellAnswer(answer, code);
      lines.forEach(terminal.err);
      return exitCode === exit.open && answer.result === 'not_allowed' ? exit.notCompleted : exitCode;
    }
    const view = flags.json ? createJsonView(terminal) : createProgressView(terminal);
    return followRun(answer.run, { desk, view, signal, after: code, ...fromPerson(call, orchestrator) });
  });
}
