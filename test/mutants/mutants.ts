/**
 * Small ways to break what must not break. `scripts/mutants.mjs` applies each to a copy of the tree and demands that the
 * tests named with it fail. A snippet that is not in its file any more is an error there: mutants move with the code.
 */

interface Edit {
  file: string;
  /** Replaced wherever it occurs. */
  find: string;
  replace: string;
}

export interface Mutant {
  name: string;
  edits: Edit[];
  /** The test file that must notice. */
  file: string;
  /** The test in it, by its name or a part of it; all of them when absent. */
  test?: string;
}

const guards = 'test/core/guards.test.ts';
const simulation = 'test/core/simulation.test.ts';
const copies = 'test/core/copies.test.ts';
const hardening = 'test/core/hardening.test.ts';

const edit = (file: string, find: string, replace: string): Edit => ({ file: `src/core/${file}`, find, replace });
/** The same in the folder of the transports. */
const reach = (file: string, find: string, replace: string): Edit => ({ file: `src/agents/${file}`, find, replace });
/** The same in the folder of the models. */
const think = (file: string, find: string, replace: string): Edit => ({ file: `src/models/${file}`, find, replace });
/** A value in a statement. */
const at = (name: string): string => ['$', `{${name}}`].join('');
/** `where` is a file, or a file and the name of a test in it. */
const mutant = (name: string, where: string | readonly [string, string], ...edits: Edit[]): Mutant =>
  typeof where === 'string' ? { name, file: where, edits } : { name, file: where[0], test: where[1], edits };

export const mutants: Mutant[] = [
  mutant(
    'a commit is not fenced by its epoch',
    [guards, 'leaves no trace'],
    edit('store/commit.ts', ' and r.epoch = c.epoch', ''),
  ),
  mutant(
    'the guard does not compare the digest',
    [guards, 'an approval whose row was changed'],
    edit('store/commit.ts', ' and e.authorises = g.digest', ''),
  ),
  mutant(
    'an approval allows whatever its step has become',
    'test/core/evolve.test.ts',
    edit('begin.ts', 'decision.authorises === digest && seen', 'seen'),
  ),
  mutant(
    'whatever ended as unknown is repeated',
    'test/core/retry.test.ts',
    edit('begin.ts', "last.end !== 'unknown' || isRepeatable(contract)", 'true'),
  ),
  mutant(
    'whatever ended as unknown is repeated (seen by the simulation)',
    simulation,
    edit('begin.ts', "last.end !== 'unknown' || isRepeatable(contract)", 'true'),
  ),
  mutant(
    'a lease is given back although a signal is unread',
    [guards, 'a lease is given back only'],
    edit('store/commit.ts', 'f.release = 1 and r.signals = f.folded', 'f.release = 1'),
    edit('store/commit.ts', 'h.release = 1 and h.signals = h.folded', 'h.release = 1'),
  ),
  mutant(
    'a change that had happened counts as lost',
    [guards, 'sent again after a broken connection'],
    edit('store/commit.ts', 'row.found !== null && row.found !== change.commit', 'row.found !== null'),
  ),
  mutant(
    'a change that had happened is appended again',
    [guards, 'sent again after a broken connection'],
    edit('store/commit.ts', 'select * from held where found is null', 'select * from held'),
  ),
  mutant(
    'a question is closed a second time',
    [guards, 'of a decision and an expiry'],
    edit('store/escalations.ts', "decision.escalation} and status = 'open'", 'decision.escalation}'),
  ),
  mutant(
    'one approval is enough for any quorum',
    'test/core/judge.test.ts',
    edit('judge.ts', 'approvals.length + 1 < policy.quorum', 'policy.quorum < 0'),
  ),
  mutant(
    'one approval is enough for any quorum (seen by Postgres)',
    [guards, 'a quorum of two'],
    edit('judge.ts', 'approvals.length + 1 < policy.quorum', 'policy.quorum < 0'),
  ),
  mutant(
    'whoever asked may approve',
    'test/core/judge.test.ts',
    edit('judge.ts', 'actor.person === policy.requester.person', "actor.person === ''"),
  ),
  mutant(
    'an edit is not held against the policy of what it became',
    'test/core/judge.test.ts',
    edit('judge.ts', "if (gate.kind === 'ask') {", "if (gate.kind === 'ask' && question.code === '') {"),
  ),
  mutant(
    'attempts of a lost worker are left running',
    simulation,
    edit('arrivals.ts', 'runningAttempts(state).map(', 'runningAttempts(state).slice(0, 0).map('),
  ),
  mutant(
    'what was done is taken back in the order in which it was done',
    simulation,
    edit('unwind.ts', '[...state.completed].reverse()', '[...state.completed]'),
  ),
  mutant(
    'a resource that another run has in hand is free',
    [guards, 'a resource that another run has in hand'],
    edit('store/reservations.ts', "v.state = 'in_hand'\n        or ", ''),
  ),
  mutant(
    'each attempt has a key of its own',
    simulation,
    edit('begin.ts', 'step.ref, step.revision, false)', 'step.ref, step.revision + step.attempts.length, false)'),
  ),
  mutant(
    'signals stay after they were folded',
    [guards, 'a lease is given back only'],
    edit('store/commit.ts', 's.id = d.id and d.run_id in (select id from fresh)', 's.id = d.id and false'),
  ),
  mutant(
    'a withdrawn question starts its step',
    'test/core/evolve.test.ts',
    edit(
      'begin.ts',
      'decision.authorises === digest && seen',
      "(decision.outcome === 'withdrawn' || decision.authorises === digest) && seen",
    ),
  ),
  mutant(
    'an answer is not held against its contract',
    [guards, 'an answer that breaks its contract'],
    edit('caller.ts', 'if (answered.ok)', 'if (answered.ok || output !== undefined)'),
  ),
  mutant(
    'U+0000 goes to Postgres',
    [guards, 'an answer with characters'],
    edit('scrub.ts', '/\\\\u(0000|d[89a-f])/i', '/\\\\u(never)/i'),
  ),
  mutant(
    'a run that fails starts what was to start in the same look',
    simulation,
    edit('execute.ts', "if (move.events.some(({ type }) => type === 'step_failed')) return move;", ''),
  ),
  mutant('two questions of one look have the same id', simulation, edit('questions.ts', "of.step ?? ''", "''")),
  mutant(
    'a run completes while a question is open',
    simulation,
    edit('execute.ts', ' || openQuestions(state).length > 0', ''),
  ),
  mutant(
    'a decision sets a running step back',
    ['test/core/evolve.test.ts', 'a decision about a step that runs again'],
    edit('evolve-decision.ts', ' || step.attempts.some(({ end }) => end === null)', ''),
  ),
  mutant(
    'a resource that was taken and never told is kept',
    simulation,
    edit('changes.ts', ' || !succeeded.includes(step.status)', ''),
  ),
  mutant(
    'a late result settles what is settled',
    simulation,
    edit('evolve.ts', "if (event.end === 'done' && !isSettled(step))", "if (event.end === 'done')"),
  ),
  mutant(
    'an uncertain effect is missing in the report',
    simulation,
    edit('report.ts', "(isUncertain(step) && step.undo.status === 'none')", 'false'),
  ),
  mutant(
    'a step asks again and again for what its own run has in hand',
    'test/core/next.test.ts',
    edit('begin.ts', 'if (isTakenByOwn(of, resource!)) return nothing;', ''),
  ),
  mutant(
    'a stop is forgotten when a late refusal came first',
    'test/core/evolve.test.ts',
    edit('begin.ts', "?.decision?.outcome === 'stop'", "?.decision?.outcome === 'never'"),
  ),
  mutant(
    'an attempt is called again while its end is on its way',
    [hardening, 'is not called again'],
    edit('errands.ts', 'begun.has(key) || ', ''),
  ),
  mutant(
    'what has happened since the question is not shown',
    [hardening, 'shown before another one'],
    edit('store/reservations.ts', "(v.state = 'done' and v.at", '(false and v.at'),
  ),
  mutant(
    'a claim waits for more room for ever',
    [hardening, 'a free hand takes'],
    edit('worker.ts', 'performance.now() + batchingMs', 'Number.POSITIVE_INFINITY'),
  ),
  mutant(
    'any clock may expire a question',
    [hardening, 'only the clock of the database'],
    edit('store/escalations.ts', 'or expires_at <= clock_timestamp()', 'or true'),
  ),
  mutant(
    'any step may be skipped',
    ['test/core/failure.test.ts', 'only where the plan says so'],
    edit('give-up.ts', "verb !== 'skip' || entry.optional === true", 'true'),
  ),
  mutant(
    'a step that a person stopped goes on when a late result came first',
    simulation,
    edit('begin.ts', "if (failed?.decision?.outcome === 'stop')", 'if (false)'),
  ),
  mutant(
    'a failed step tries again for ever, without a person',
    simulation,
    edit('give-up.ts', 'if (!asked.decision) return nothing;', ''),
  ),
  mutant(
    'a run in a circle goes on',
    'test/core/loop-guard.test.ts',
    edit('loop-guard.ts', 'alike.length === sameResults', 'false'),
  ),
  mutant(
    'a deadline is only a wish',
    ['test/core/failure.test.ts', 'ends at its deadline'],
    edit('next.ts', 'now < at ? wake(at) :', 'now < Infinity ? wake(at) :'),
  ),
  mutant(
    'what a person gave is shown although it is to be hidden',
    'test/core/cards/trouble.test.ts',
    edit('cards/veil.ts', 'if (!givesOutput(outcome))', 'if (true)'),
  ),
  mutant(
    'a condition shows the hidden value that it was decided on',
    'test/core/cards/why.test.ts',
    edit('cards/condition.ts', 'if (hidden) return words.hidden;', ''),
  ),
  mutant(
    'what an agent gives as its reason is shown with what is hidden in it',
    'test/core/cards/trouble.test.ts',
    edit('cards/facts.ts', 'plain(more, veil, words)', 'more'),
  ),
  mutant(
    'an API may send a call to any address',
    ['test/agents/http-redirect.test.ts', 'an address that is not allowed'],
    reach('http-exchange.ts', 'guard?.check(host, port);', ''),
  ),
  mutant(
    'an API may have any name, whatever it is resolved to',
    ['test/agents/address-guard.test.ts', 'a name is judged'],
    reach('address-guard.ts', 'flaw(address, port, named)', 'null'),
  ),
  mutant(
    'an API that was allowed by its name may be the metadata service',
    ['test/agents/address-guard.test.ts', 'the metadata service'],
    reach('address-guard.ts', "named && (kind === 'private' || kind === 'loopback')", 'named'),
  ),
  mutant(
    'an API that sends a secret back has it in the journal',
    ['test/agents/http-run.test.ts', 'in no row'],
    reach('http-answer.ts', 'done(call, hide(output.value, hidden))', 'done(call, output.value)'),
  ),
  mutant(
    'an API gets the secrets of another origin',
    ['test/agents/http-redirect.test.ts', 'no header goes along'],
    reach('http.ts', 'if (url.origin === from.url.origin)', 'if (isSafe)'),
  ),
  mutant(
    'an API is sent again what it has done',
    ['test/agents/http-redirect.test.ts', 'what changes something'],
    reach('http.ts', ': [307, 308];', ': [301, 302, 303, 307, 308];'),
  ),
  mutant(
    'an API is asked for another path than the declared one',
    ['test/agents/http.test.ts', 'leave its segment'],
    reach('http-request.ts', "if (value === '' ||", "if (value === '..' && value === '' ||"),
  ),
  mutant(
    'a list of runs shows what their cards hide',
    ['test/processes/supplier.test.ts', 'a list of runs hides'],
    edit('store/commit.ts', 'title = coalesce(f.title, r.title)', 'title = r.title'),
  ),
  mutant(
    'a budget is blind to what is booked',
    ['test/core/ledger.test.ts', 'two hundred runs'],
    edit('store/ledger.ts', "l.state <> 'booked'\n", "l.state <> 'booked' and l.state <> 'never'\n"),
    edit('store/ledger.ts', 'or exists (select 1 from runs r', 'or false and exists (select 1 from runs r'),
  ),
  mutant(
    'what a dead process had booked counts for ever',
    ['test/core/ledger.test.ts', 'lost the run'],
    edit('store/ledger.ts', ' and r.epoch = l.epoch and r.finished_at is null', ''),
  ),
  mutant(
    'a writer that has lost the run still spends',
    ['test/core/ledger.test.ts', 'lost the run'],
    edit('store/ledger.ts', `where id = ${at('run')} and epoch = ${at('epoch')}`, `where id = ${at('run')}`),
  ),
  mutant(
    'a run goes on past its hard limit',
    ['test/core/budget.test.ts', 'hard limit'],
    edit('thought.ts', "limit === 'hard' ? { ...thought, over", 'limit !== limit ? { ...thought, over'),
  ),
  mutant(
    'a plan that came twice is asked for again',
    ['test/core/seek-plan.test.ts', 'same plan twice'],
    edit('seek-plan.ts', ' || tries.slice(0, -1).some(same)', ' || (tries.slice(0, -1).some(same) && false)'),
  ),
  mutant(
    'a plan of a model runs unproven',
    ['test/models/whole/brief.whole.test.ts', 'a cycle is turned down'],
    edit(
      'planner.ts',
      ': findingsOf(parsed.data, route, registry);',
      ': findingsOf(parsed.data, route, registry).slice(99);',
    ),
  ),
  mutant(
    'what a model refuses is asked of the next one',
    ['test/models/models.test.ts', 'refused or filtered'],
    think('remedy.ts', "  'unexpected',\n];", "  'unexpected',\n  'model_refused',\n];"),
  ),
  mutant(
    'a model is asked before its call is booked',
    ['test/models/models.test.ts', 'booked at its worst before'],
    think('call.ts', 'await thinking.meter.book(', 'void thinking.meter.book('),
  ),
  mutant(
    'what an agent reads is not fenced',
    ['test/agents/prompt.test.ts', 'the fenced input'],
    reach('prompt.ts', "fenceJson('input', input)", 'JSON.stringify(input)'),
  ),
  mutant(
    'a model tells what the cards hide',
    ['test/core/cards/models.test.ts', 'the summary says'],
    edit(
      'cards/thought-facts.ts',
      'plain(by(said.text, said.by), of,',
      'plain(by(said.text, said.by), { secrets: [] },',
    ),
  ),
  mutant(
    'a question that nobody could be shown expires',
    ['test/core/unshown.test.ts', 'has its whole time from when it is shown'],
    edit('store/escalations.ts', "as === 'expired' && (await", "as === 'withdrawn' && (await"),
  ),
  mutant(
    'an answer comes too late to a question that nobody was shown',
    ['test/core/unshown.test.ts', 'though the time is over'],
    edit('store/escalations.ts', 'const isOver = expiresAt !== null', 'const isOver = expiresAt === null'),
  ),
  mutant(
    'a question that was shown in time is lengthened',
    ['test/core/unshown.test.ts', 'comes too late'],
    edit('store/posts.ts', `case when ${at('of.state')} = 'sent' then`, `case when ${at('of.state')} = 'lost' then`),
  ),
  mutant(
    'a platform that is down is waited for without end',
    ['test/core/unshown.test.ts', 'asked at the next address as well'],
    edit('orchestrator.ts', '() => askElsewhere(db.sql),', '() => {},'),
  ),
  mutant(
    'a chat begins as many tasks as it likes',
    ['test/core/console/turnstile.test.ts', 'one task too many'],
    edit('console/task.ts', 'if (waitMs === 0) return null;', 'if (waitMs >= 0) return null;'),
  ),
  mutant(
    'a copy is made of a question that somebody is closing',
    [copies, 'is not opened'],
    edit('store/posts.ts', "status = 'open' for share", "status = 'open'"),
  ),
  mutant(
    'a copy that was shown is left behind by its question',
    [copies, 'as the question does'],
    edit('store/commit.ts', 'select purpose, conversation from deliveries', 'select purpose, conversation from posts'),
  ),
  mutant(
    'a copy that is not sent yet is left behind by its question',
    [copies, 'on its way'],
    edit('store/commit.ts', 'select purpose, conversation from posts', 'select purpose, conversation from deliveries'),
  ),
];
