/** The bundled processes, each played to one of its ends in a memory channel, for the cards that people see on the way. */
import { createIncidentAgents } from '../../processes/incident/agents.ts';
import { createIncidentRoute } from '../../processes/incident/route.ts';
import { createSampleService } from '../../processes/incident/sample.ts';
import { createMemoryChannel, type MemoryChannel, type MemoryMessage } from '../../src/channels/memory.ts';
import type { Card } from '../../src/contracts/card.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import type { Json } from '../../src/contracts/json.ts';
import { briefs } from '../support/briefs.ts';
import { testDatabase } from '../support/database.ts';
import { createShop, createWorld } from '../support/world.ts';
import { bundled } from './bundled.ts';
import { head } from './thinking.ts';

const refund = { en: 'Refund order 1042, it arrived damaged', ru: 'Верни деньги за заказ 1042, пришёл битым' };
const supplier = {
  en: 'New supplier: Müller Logistik GmbH, Germany, VAT DE136695976, IBAN GB29 NWBK 6016 1331 9268 19, ap@mueller.example',
  ru: 'Новый поставщик: Müller Logistik GmbH, Германия, VAT DE136695976, IBAN GB29 NWBK 6016 1331 9268 19, ap@mueller.example',
};
const incident = { en: 'Check the sample service', ru: 'Проверь sample service' };
const brief = {
  en: 'Could you look into how people make green tea and sum it up?',
  ru: 'Разберись, пожалуйста, как заваривают зелёный чай, и напиши коротко',
};

export type Story = 'approve' | 'reject' | { answer: Json };

/** By the name of their snapshots: what is asked for, and what the person who is asked does. */
export const stories: Record<string, { texts: { en: string; ru: string }; story: Story }> = {
  refund: { texts: refund, story: 'approve' },
  'refund-rejected': { texts: refund, story: 'reject' },
  'refund-missing': {
    texts: { en: 'I want a refund', ru: 'Верни деньги' },
    story: { answer: { order: '1042', reason: 'it arrived damaged' } },
  },
  supplier: { texts: supplier, story: 'approve' },
  'supplier-rejected': { texts: supplier, story: 'reject' },
  'supplier-missing': {
    texts: { en: 'New supplier: Acme GmbH, Germany', ru: 'Новый поставщик: Acme GmbH, Германия' },
    story: { answer: { taxId: 'DE136695976', account: 'GB29 NWBK 6016 1331 9268 19', email: 'ap@acme.example' } },
  },
  incident: { texts: incident, story: 'approve' },
  'incident-rejected': { texts: incident, story: 'reject' },
  brief: { texts: brief, story: 'approve' },
  'brief-rejected': { texts: brief, story: 'reject' },
};

/** What the played model makes of the end. */
const said = {
  yes: {},
  no: { thoughts: { closing: { text: 'The brief was not posted.' } } },
};

const room = 'memory:room';
const limitMs = 20_000;

/** Every card that was shown, in the order of reading: the question, its end, the progress and the summary at the end. */
export async function shownIn(task: string, story: Story): Promise<Card[]> {
  await using ending = new AsyncDisposableStack();
  const database = ending.use(await testDatabase());
  const thinks = Object.values(brief).includes(task)
    ? ending.use(await head(said[story === 'reject' ? 'no' : 'yes'])).thinking
    : {};
  const memory = createMemoryChannel();
  const configuration = deployment(database.url);
  const world = createWorld(database.url, createShop(), { channels: [memory], configuration, ...thinks });
  await world.start();
  ending.defer(() => world.stop());
  await memory.say('carl', room, task);
  const question = await shown(memory, 'question', () => true);
  const { card: open } = question;
  if (typeof story !== 'string') {
    await memory.press('carl', room, question.message, 'answer', story.answer);
    return [open, (await shown(memory, 'question', ({ buttons }) => buttons.length === 0)).card];
  }
  await memory.press('anna', room, question.message, story);
  const summary = await shown(memory, 'summary', () => true);
  const closed = await shown(memory, 'question', ({ buttons }) => buttons.length === 0);
  const over = story === 'approve' ? 'done' : 'failed';
  const progress = await shown(memory, 'progress', ({ lines }) => lines.at(-1)?.mark === over);
  return [open, closed.card, progress.card, summary.card];
}

const shown = (memory: MemoryChannel, kind: Card['kind'], as: (card: Card) => boolean): Promise<MemoryMessage> =>
  memory.until((channel) => channel.in(room).find(({ card }) => card.kind === kind && as(card)), limitMs);

function deployment(databaseUrl: string): Configuration {
  const sample = createSampleService(databaseUrl);
  const briefing = briefs(databaseUrl).process;
  const network = { allow: [sample.entry, ...briefing.network!.allow!] };
  const { routes, prepare, close } = bundled(databaseUrl);
  const agents = createIncidentAgents({ network, services: [sample.service], settleMs: 1, looks: 2 });
  return {
    routes: [...routes, createIncidentRoute(agents, { deciders: 'finance' }), ...briefing.routes],
    network,
    people: { operator: {}, anna: { name: 'Anna', roles: ['finance'] }, carl: { name: 'Carl' } },
    prepare: async () => {
      await Promise.all([prepare!(), briefing.prepare!()]);
    },
    close: async () => {
      await Promise.all([sample.close(), close!(), briefing.close!()]);
    },
  };
}
