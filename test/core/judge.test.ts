import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Question, Verb } from '../../src/contracts/escalation.ts';
import { effectDigest } from '../../src/core/effect.ts';
import { type Ground, judge, type Vote } from '../../src/core/judge.ts';
import { contractOf, questionOf, requester, routeOf, run } from '../support/journal.ts';

const anna = { person: 'anna', via: 'memory' };
const boris = { person: 'boris', via: 'memory' };
const contract = contractOf({ effect: 'irreversible' });

const groundOf = (approvals: unknown[] = []): Ground => ({
  run,
  now: 1_000,
  contract: () => contract,
  route: () => routeOf({ approvals }),
  people: ({ people = [] }) => people,
});

const amountSchema = {
  type: 'object',
  properties: { amount: { type: 'number' }, to: { type: 'string' } },
  required: ['amount'],
  additionalProperties: false,
};

const withPolicy = (more: Partial<Question['policy']>, question: Partial<Question> = {}): Question => {
  const base = questionOf(question);
  return { ...base, policy: { ...base.policy, ...more } };
};

const outcomeOf = (question: Question, vote: Vote, approvals: string[] = [], ground = groundOf()): string => {
  const verdict = judge(question, approvals, vote, ground);
  if (verdict.kind === 'refuse') return verdict.answer.result;
  return verdict.kind === 'count' ? `counted ${verdict.votes}` : verdict.decision.outcome;
};

const stranger = { person: 'mallory', via: 'memory' };
const matrix: [string, Question, Vote, string[], string][] = [
  ['a decider approves', questionOf(), { actor: anna, verb: 'approve' }, [], 'approve'],
  ['a decider rejects', questionOf(), { actor: anna, verb: 'reject' }, [], 'reject'],
  ['a stranger is refused', questionOf(), { actor: stranger, verb: 'approve' }, [], 'not_allowed'],
  ['a stranger cannot even reject', questionOf(), { actor: stranger, verb: 'reject' }, [], 'not_allowed'],
  [
    'nobody decides when there are no people',
    withPolicy({ people: [] }),
    { actor: anna, verb: 'approve' },
    [],
    'not_allowed',
  ],
  ['a verb of another kind is refused', questionOf(), { actor: anna, verb: 'retry' }, [], 'not_allowed'],
  [
    'a verb that the rule left out is refused',
    withPolicy({ verbs: ['approve'] }),
    { actor: anna, verb: 'edit', value: {} },
    [],
    'not_allowed',
  ],
  [
    'the first of two approvals is counted',
    withPolicy({ quorum: 2 }),
    { actor: anna, verb: 'approve' },
    [],
    'counted 1',
  ],
  ['the second of two closes', withPolicy({ quorum: 2 }), { actor: boris, verb: 'approve' }, ['anna'], 'approve'],
  [
    'the same person is not two',
    withPolicy({ quorum: 2 }),
    { actor: anna, verb: 'approve' },
    ['anna'],
    'already_voted',
  ],
  [
    'the same person on another channel is not two',
    withPolicy({ quorum: 2 }),
    { actor: { person: 'anna', via: 'slack' }, verb: 'approve' },
    ['anna'],
    'already_voted',
  ],
  [
    'one rejection closes whatever the quorum',
    withPolicy({ quorum: 2 }),
    { actor: boris, verb: 'reject' },
    ['anna'],
    'reject',
  ],
];
for (const [name, question, vote, approvals, expected] of matrix) {
  test(name, () => assert.equal(outcomeOf(question, vote, approvals), expected));
}

const terminal = requester;
const chat = { person: 'operator', via: 'memory' };
const own: ['never' | 'terminal' | 'always', typeof terminal, string][] = [
  ['never', terminal, 'not_allowed'],
  ['never', chat, 'not_allowed'],
  ['terminal', terminal, 'approve'],
  ['terminal', chat, 'not_allowed'],
  ['always', terminal, 'approve'],
  ['always', chat, 'approve'],
];
for (const [selfApproval, actor, expected] of own) {
  test(`who asked for it, at ${actor.via}, with self-approval ${selfApproval}: ${expected}`, () => {
    assert.equal(outcomeOf(withPolicy({ selfApproval }), { actor, verb: 'approve' }), expected);
  });
}

test('an approval authorises exactly the effect that was shown, a rejection nothing', () => {
  const authorises = (verb: Verb) => {
    const verdict = judge(questionOf(), [], { actor: anna, verb }, groundOf());
    return verdict.kind === 'close' ? verdict.decision.authorises : 'not closed';
  };
  assert.equal(authorises('approve'), questionOf().digest);
  assert.equal(authorises('reject'), null);
});

const subject = { ...questionOf().subject!, input: { amount: 1, to: 'x' } };
const editable = questionOf({ subject, schema: amountSchema });
const editedDigest = (amount: number) =>
  effectDigest(run, { ...subject, revision: subject.revision + 1, input: { amount, to: 'x' } });

test('an edit changes the fields that it names and authorises what it became', () => {
  const verdict = judge(editable, [], { actor: anna, verb: 'edit', value: { amount: 2 } }, groundOf());
  assert.deepEqual(verdict, {
    kind: 'close',
    decision: {
      escalation: 'q1',
      outcome: 'edit',
      by: anna,
      authorises: editedDigest(2),
      value: { amount: 2, to: 'x' },
    },
  });
});

const overHundred = { agent: 'pay@1', when: { ref: 'input.amount', gt: 100 } };
const edits: [string, unknown[], number, boolean][] = [
  ['into what the policy allows by itself', [{ ...overHundred, deciders: { people: ['anna'] } }], 50, true],
  ['into what this person may decide', [{ ...overHundred, deciders: { people: ['anna'] } }], 500, true],
  ['into what others must decide', [{ ...overHundred, deciders: { people: ['boss'] } }], 500, false],
  ['into what needs two', [{ ...overHundred, deciders: { people: ['anna', 'boris'] }, quorum: 2 }], 500, false],
];
for (const [name, approvals, amount, allowed] of edits) {
  test(`an edit ${name} ${allowed ? 'authorises it' : 'authorises nothing'}`, () => {
    const verdict = judge(editable, [], { actor: anna, verb: 'edit', value: { amount } }, groundOf(approvals));
    assert.equal(verdict.kind === 'close' && verdict.decision.authorises, allowed ? editedDigest(amount) : null);
  });
}

test('an edit of one’s own task into what is one’s own to decide authorises nothing', () => {
  const rule = { ...overHundred, deciders: { people: ['operator'] }, selfApproval: 'never' };
  const vote: Vote = { actor: terminal, verb: 'edit', value: { amount: 500 } };
  const verdict = judge(editable, [], vote, groundOf([rule]));
  assert.equal(verdict.kind === 'close' && verdict.decision.authorises, null);
});

const uncertain = questionOf({ kind: 'uncertain', digest: null, schema: amountSchema });
const values: [string, Question, Verb, unknown][] = [
  ['an edit', editable, 'edit', { amount: 'two' }],
  ['an edit with a field that is not there', editable, 'edit', { amont: 2 }],
  ['an edit that is no object', editable, 'edit', 5],
  [
    'an edit without a value',
    questionOf({ subject: { ...subject, input: 1 }, schema: amountSchema }),
    'edit',
    undefined,
  ],
  ['a "done"', uncertain, 'done', {}],
  ['a "done" without a value', uncertain, 'done', undefined],
  [
    'an answer',
    questionOf({ kind: 'answer', digest: null, subject: null, schema: amountSchema }),
    'answer',
    { to: 'x' },
  ],
];
for (const [name, question, verb, value] of values) {
  test(`${name} that does not fit its schema is refused with the place`, () => {
    const policy = { ...question.policy, verbs: [verb] };
    const vote = { actor: anna, verb, ...(value !== undefined && { value }) } as Vote;
    const verdict = judge({ ...question, policy }, [], vote, groundOf());
    assert.equal(verdict.kind === 'refuse' && verdict.answer.result, 'invalid_value');
  });
}

test('a "done" and an answer that fit close the question with their value, and authorise nothing', () => {
  for (const [kind, verb] of [
    ['uncertain', 'done'],
    ['answer', 'answer'],
  ] as const) {
    const question = withPolicy({ verbs: [verb] }, { kind, digest: null, schema: amountSchema });
    const verdict = judge(question, [], { actor: anna, verb, value: { amount: 3 } }, groundOf());
    assert.deepEqual(verdict, {
      kind: 'close',
      decision: { escalation: 'q1', outcome: verb, by: anna, authorises: null, value: { amount: 3 } },
    });
  }
});

test('whoever joins later decides from then on, and nobody decides after the end', () => {
  const tiers = [{ from: 1_000, people: ['carl'], roles: [] }];
  const vote = { actor: { person: 'carl', via: 'memory' }, verb: 'approve' as const };
  const at = (now: number) => judge(withPolicy({ tiers }, { expiresAt: 2_000 }), [], vote, { ...groundOf(), now });
  assert.deepEqual(at(999).kind, 'refuse');
  assert.deepEqual(at(1_000).kind, 'close');
  assert.deepEqual(at(2_000), {
    kind: 'refuse',
    answer: { result: 'already_decided', outcome: 'expired', by: null },
  });
});
