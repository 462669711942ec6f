/** A new supplier to each of its ends, on real Postgres. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { createSupplierAgents } from '../../processes/supplier/agents.ts';
import { type Directory, openDirectory } from '../../processes/supplier/directory.ts';
import { createSupplierRoute } from '../../processes/supplier/route.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import type { Verb } from '../../src/contracts/escalation.ts';
import type { EventOf } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import { progressCard } from '../../src/core/cards/progress.ts';
import { questionCard } from '../../src/core/cards/question.ts';
import { summaryCard } from '../../src/core/cards/summary.ts';
import { replay } from '../../src/core/evolve.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { testDatabase } from '../support/database.ts';
import { begin, until } from '../support/follow.ts';
import { anna, boris, createShop, createWorld, operator } from '../support/world.ts';

const cleo = { person: 'cleo', via: 'memory' };
const dora = { person: 'dora', via: 'memory' };

async function purchasing(spoil: (directory: Directory) => Directory = (directory) => directory) {
  const database = await testDatabase();
  const directory = spoil(openDirectory(database.url));
  const agents = createSupplierAgents(directory);
  const route = createSupplierRoute(agents, {
    procurement: 'procurement',
    compliance: { role: 'compliance', quorum: 2 },
  });
  const configuration: Configuration = {
    routes: [route],
    people: {
      operator: {},
      anna: { roles: ['procurement'] },
      boris: { roles: ['procurement'] },
      cleo: { roles: ['compliance'] },
      dora: { roles: ['compliance'] },
    },
    prepare: () => directory.prepare(),
    close: () => directory.close(),
  };
  await directory.prepare();
  const world = createWorld(database.url, createShop(), { configuration });
  await world.start();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  return {
    world,
    directory,
    /** Each entry of the directory: its name and where it stands. */
    entries: async () =>
      (await sql`select name, status from purchasing.suppliers order by number`).map(({ name, status }) => [
        name,
        status,
      ]),
    [Symbol.asyncDispose]: async () => {
      await world.stop();
      await Promise.all([directory.close(), sql.end()]);
      await database[Symbol.asyncDispose]();
    },
  };
}

const fields = {
  name: 'Müller Logistik GmbH',
  country: 'Germany',
  taxId: 'DE136695976',
  account: 'DE89 3704 0044 0532 0130 00',
  email: 'ap@mueller.example',
};

const message = (more: Partial<typeof fields> = {}) => {
  const { name, country, taxId, account, email } = { ...fields, ...more };
  return `New supplier: ${name}\nCountry: ${country}\nTax ID: ${taxId}\nIBAN: ${account}\nE-mail: ${email}`;
};

const abroad = { account: 'GB29NWBK60161331926819' };
const nearlyListed = { name: 'Zmey Gorynych Ltd' };

const vote = async (
  { desk }: Orchestrator,
  { question }: EventOf<'asked'>,
  actor: typeof anna,
  verb: Verb,
  value?: Json,
): Promise<string> => (await desk.vote(question.code, { actor, verb, ...(value !== undefined && { value }) })).result;

const answerOf = ({ answer }: EventOf<'finished'>): Record<string, unknown> => {
  assert.ok(answer && 'inline' in answer, 'the run has an answer');
  return answer.inline as Record<string, unknown>;
};

test('a supplier of low risk is opened without a question', async () => {
  await using at = await purchasing();
  const finished = await until(at.world, await begin(at.world, message()), 'finished');
  assert.deepEqual(answerOf(finished), {
    supplier: 'S-1001',
    score: 10,
    level: 'low',
    reasons: ['Nobody has written from mueller.example before (+10)'],
  });
  assert.deepEqual(await at.entries(), [[fields.name, 'open']]);
});

test('what is missing is asked for in one question, and the answer goes on', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, 'New supplier: Müller Logistik GmbH, Germany');
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual(asked.question.schema?.required, ['taxId', 'account', 'email']);
  const { taxId, account, email } = fields;
  assert.equal(await vote(at.world, asked, anna, 'answer', { taxId, account, email: 'nobody' }), 'invalid_value');
  assert.equal(await vote(at.world, asked, anna, 'answer', { taxId, account, email }), 'decided');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('whoever is asked for what is missing may stop the task', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, 'New supplier');
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'stop');
  assert.equal((await until(at.world, run, 'finished')).reason?.code, 'stopped');
  assert.deepEqual(await at.entries(), []);
});

test('a tax number with a wrong digit is asked for, and what a person gives is used', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message({ taxId: 'DE136695967' }));
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual([asked.question.kind, asked.question.step], ['failure', 'tax']);
  assert.deepEqual(asked.question.error?.mismatches, [
    { path: 'taxId', expected: 'a tax number whose check digits are right', received: 'string' },
  ]);
  assert.deepEqual(asked.question.policy.roles, ['procurement']);
  assert.deepEqual(await at.entries(), [], 'nothing is entered');
  assert.equal(await vote(at.world, asked, anna, 'give', { taxId: 1 }), 'invalid_value');
  assert.equal(await vote(at.world, asked, anna, 'give', { taxId: fields.taxId }), 'decided');
  const finished = await until(at.world, run, 'finished');
  assert.equal(answerOf(finished).level, 'low');
});

test('a Russian account that does not fit its BIK is asked for', async () => {
  await using at = await purchasing();
  const run = await begin(
    at.world,
    `Новый поставщик: ООО «Ромашка», Россия, ИНН 7707083893, р/с 40702810500000000225, БИК 044525225, zakaz@romashka.example`,
  );
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual([asked.question.kind, asked.question.step], ['failure', 'bank']);
  assert.equal(await vote(at.world, asked, boris, 'give', { account: '40702810400000000225/044525225' }), 'decided');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
  assert.deepEqual(await at.entries(), [['ООО «Ромашка»', 'open']]);
});

test('a number that is still wrong when a person gives it is for compliance to judge', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message({ account: 'DE89 3704 0044 0532 0130 01' }));
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'give', { account: 'DE89370400440532013002' });
  const asked = await until(at.world, run, 'asked', { nth: 2 });
  assert.deepEqual([asked.question.step, asked.question.policy.roles], ['open', ['compliance']]);
  assert.match(JSON.stringify(asked.question.subject?.input), /check digits of the account are wrong/);
  await vote(at.world, asked, dora, 'reject');
  assert.equal((await until(at.world, run, 'finished')).status, 'failed');
  assert.deepEqual(await at.entries(), [[fields.name, 'removed']]);
});

test('nobody has to give a number: the task can be stopped', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message({ country: 'Umbrovia' }));
  const asked = await until(at.world, run, 'asked');
  assert.equal(asked.question.step, 'place');
  assert.equal(asked.question.error?.mismatches?.[0]?.expected, 'the name of a country');
  await vote(at.world, asked, anna, 'stop');
  assert.equal((await until(at.world, run, 'finished')).status, 'failed');
  assert.deepEqual(await at.entries(), []);
});

test('a medium risk is for procurement', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message(abroad));
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual(asked.question.policy.roles, ['procurement']);
  assert.equal(await vote(at.world, asked, cleo, 'approve'), 'not_allowed');
  assert.deepEqual(await at.entries(), [[fields.name, 'registered']], 'it is entered and cannot be used');
  assert.equal(await vote(at.world, asked, anna, 'approve'), 'decided');
  const answer = answerOf(await until(at.world, run, 'finished'));
  assert.deepEqual([answer.score, answer.level], [40, 'medium']);
  assert.deepEqual(await at.entries(), [[fields.name, 'open']]);
});

test('a rejected supplier is taken out again', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message(abroad));
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'reject');
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'rejected');
  assert.deepEqual(finished.report?.undone, ['register']);
  assert.deepEqual(await at.entries(), [[fields.name, 'removed']]);
});

test('an edit of the name is what is opened', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message(abroad));
  const edited = 'Müller Logistik AG';
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'edit', { name: edited });
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
  assert.deepEqual(await at.entries(), [[edited, 'open']]);
});

test('a name like one on the list needs two of compliance', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message(nearlyListed));
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual([asked.question.policy.roles, asked.question.policy.quorum], [['compliance'], 2]);
  assert.match(JSON.stringify(asked.question.subject?.input), /sanctions list \(SL-002\)/);
  assert.equal(await vote(at.world, asked, anna, 'approve'), 'not_allowed');
  assert.equal(await vote(at.world, asked, cleo, 'approve'), 'counted');
  assert.equal(await vote(at.world, asked, cleo, 'approve'), 'already_voted');
  assert.deepEqual(await at.entries(), [['Zmey Gorynych Ltd', 'registered']]);
  assert.equal(await vote(at.world, asked, dora, 'approve'), 'decided');
  assert.equal(answerOf(await until(at.world, run, 'finished')).level, 'high');
  assert.deepEqual(await at.entries(), [['Zmey Gorynych Ltd', 'open']]);
});

test('one of two cannot edit the other away', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message(nearlyListed));
  await vote(at.world, await until(at.world, run, 'asked'), cleo, 'edit', { level: 'low' });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'agent_refused');
  assert.match(finished.reason?.said ?? '', /The risk is high/);
  assert.deepEqual(await at.entries(), [['Zmey Gorynych Ltd', 'removed']]);
});

test('a name on the list is refused, whoever would allow it', async () => {
  await using at = await purchasing();
  const finished = await until(
    at.world,
    await begin(at.world, message({ name: 'ООО «Змей-Горыныч Экспорт»' })),
    'finished',
  );
  assert.equal(finished.status, 'failed');
  assert.match(finished.reason?.said ?? '', /is on the sanctions list \(SL-002\)/);
  assert.deepEqual(await at.entries(), []);
  const run = await begin(at.world, message(abroad));
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'edit', { name: 'Immortal Needle' });
  assert.match((await until(at.world, run, 'finished')).reason?.said ?? '', /SL-004/);
  assert.deepEqual(await at.entries(), [[fields.name, 'removed']], 'an edit leads to no other end');
});

test('a supplier that is open is not opened twice', async () => {
  await using at = await purchasing();
  await until(at.world, await begin(at.world, message()), 'finished');
  const again = await until(at.world, await begin(at.world, message(), undefined, 'again'), 'finished');
  assert.match(again.reason?.said ?? '', /It is supplier S-1001 already/);
  assert.equal((await at.entries()).length, 1);
});

test('of two messages about one supplier at once the second is shown with the first', async () => {
  await using at = await purchasing();
  const first = await begin(at.world, message(abroad));
  const asked = await until(at.world, first, 'asked');
  const second = await begin(at.world, message(abroad), undefined, 'again');
  const again = await until(at.world, second, 'asked');
  assert.deepEqual(
    again.question.evidence.map(({ run, state }) => [run, state]),
    [[first, 'in_hand']],
  );
  await vote(at.world, asked, anna, 'approve');
  assert.equal((await until(at.world, first, 'finished')).status, 'completed');
  await vote(at.world, again, boris, 'approve');
  const once = await until(at.world, second, 'asked', { nth: 2 });
  assert.equal(once.question.evidence[0]?.state, 'done', 'it has happened since, so it is asked anew');
  await vote(at.world, once, boris, 'approve');
  const finished = await until(at.world, second, 'finished');
  assert.match(finished.reason?.said ?? '', /open already/);
  assert.deepEqual(finished.report?.undone, ['register']);
});

test('it can be cancelled wherever it waits, and is taken back', async () => {
  await using at = await purchasing();
  const stops = [
    { text: 'New supplier', taken: [] },
    { text: message({ taxId: 'DE136695967' }), taken: [] },
    { text: message(abroad), taken: ['register'] },
    { text: message(nearlyListed), taken: ['register'] },
  ];
  for (const { text, taken } of stops) {
    const run = await begin(at.world, text);
    await until(at.world, run, 'asked');
    await at.world.desk.cancel(run, anna);
    const finished = await until(at.world, run, 'finished');
    assert.equal(finished.status, 'cancelled');
    assert.deepEqual(finished.report?.undone ?? [], taken);
  }
  const states = (await at.entries()).map(([, status]) => status);
  assert.deepEqual(states, ['removed', 'removed']);
});

test('it can be cancelled at once, and not when it is over', async () => {
  await using at = await purchasing();
  const run = await begin(at.world, message());
  await at.world.desk.cancel(run, operator);
  const { status } = await until(at.world, run, 'finished');
  const states = (await at.entries()).map(([, state]) => state);
  // Which of the two comes first is chance; what must not be is something in between.
  const opened = status === 'completed' || states.includes('open');
  assert.deepEqual(
    states.filter((state) => state !== 'removed'),
    opened ? ['open'] : [],
  );
  assert.equal((await at.world.desk.cancel(run, operator)).result, 'already_over');
});

test('a directory that does not answer is asked about, and tried again when a person says so', async () => {
  let isDown = true;
  await using at = await purchasing((directory) => ({
    ...directory,
    numberOf: async (taxId) => (isDown ? Promise.reject(new Error('down')) : directory.numberOf(taxId)),
  }));
  const run = await begin(at.world, message());
  const asked = await until(at.world, run, 'asked');
  assert.deepEqual([asked.question.kind, asked.question.step], ['failure', 'history']);
  isDown = false;
  await vote(at.world, asked, anna, 'retry');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('an entry that cannot be taken out is left to a person', async () => {
  await using at = await purchasing((directory) => ({
    ...directory,
    remove: () => Promise.reject(new Error('down')),
  }));
  const run = await begin(at.world, message(abroad));
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'reject');
  const finished = await until(at.world, run, 'finished');
  assert.deepEqual(finished.report?.needsPerson, ['register']);
  assert.deepEqual(await at.entries(), [[fields.name, 'registered']]);
});

test('bank and tax numbers and addresses are on no card; their last characters are', async () => {
  await using at = await purchasing();
  const wrong = 'GB29NWBK60161331926891';
  const run = await begin(at.world, message({ account: wrong }));
  await vote(at.world, await until(at.world, run, 'asked'), anna, 'give', abroad);
  await vote(at.world, await until(at.world, run, 'asked', { nth: 2 }), anna, 'approve');
  await until(at.world, run, 'finished');
  const state = replay(run, await at.world.desk.journal(run));
  const known = await at.world.desk.known(state);
  const cards = [
    progressCard(state, known),
    summaryCard(state, known),
    ...Object.values(state.questions).map((asked) => questionCard(asked, state, known)),
  ];
  const shown = JSON.stringify(cards);
  for (const secret of [fields.taxId, wrong, abroad.account, fields.email]) assert.ok(!shown.includes(secret), secret);
  assert.match(shown, /…5976/);
  assert.match(shown, /…6819/);
});

test('a list of runs hides what their cards hide, and a question in the inbox too', async () => {
  await using at = await purchasing();
  const { name, country, taxId, account, email } = { ...fields, ...abroad };
  const run = await begin(at.world, `New supplier: ${name}, ${country}, VAT ${taxId}, IBAN ${account}, ${email}`);
  await until(at.world, run, 'asked');
  const inbox = await at.world.desk.inbox(anna);
  const [listed] = await at.world.desk.runs(1);
  assert.deepEqual(
    [listed!.title, ...inbox.map(({ title }) => title)],
    Array.from({ length: 2 }, () => 'New supplier: Müller Logistik GmbH, Germany, VAT hidden, IBAN hidden, hidden'),
  );
});
