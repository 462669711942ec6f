/**
 * Tokens of a task: Baton, which asks models only where one is needed and runs the steps by code, beside a loop in which
 * a model manages the same agents and has everything before it at every step. By a real tokenizer, over the real
 * prompts and schemas, with sample answers that are the same for both.
 *
 *   npm run bench:tokens
 */
import { Tiktoken } from 'js-tiktoken/lite';
import ranks from 'js-tiktoken/ranks/o200k_base';
import type { Contract } from '../src/contracts/contract.ts';
import type { RouteView } from '../src/contracts/model.ts';
import { createRegistry } from '../src/core/registry.ts';
import { registry as sampleRegistry } from '../test/models/thinker/scene.ts';
import { briefRoute, briefSample } from './tokens/brief.ts';
import { type Sample, samples } from './tokens/sample.ts';
import { batonCalls, type Call, type Ground, managerCalls, managerPrompt } from './tokens/sides.ts';

const tokenizer = new Tiktoken(ranks);
const tokensIn = (text: string): number => tokenizer.encode(text, 'all').length;

const wanted = ['refund', 'supplier', 'incident'].map((name) => sampleRegistry.routes.get(name)!.route);
const registry = createRegistry({
  routes: [...wanted, briefRoute],
  people: { operator: { roles: ['finance'] } },
});
const agentsOf = (ids: string[]): Contract[] => ids.map((id) => registry.agents.get(id)!.contract);
const views: RouteView[] = [...registry.routes.values()].map(({ route, data }) => ({
  name: data.name,
  title: data.title,
  description: data.description,
  fields: data.fields,
  patterns: route.patterns,
  agents: data.plan ? [] : agentsOf(data.agents),
}));

const everyAgent = [...registry.agents.values()].map(({ contract }) => contract);

function groundOf({ route }: Sample): Ground {
  const { data } = registry.routes.get(route)!;
  return { views, agents: agentsOf(data.agents), fieldsSchema: data.fields, fixed: data.plan };
}

/** A cache takes fronts from so many tokens on, at a tenth of the price; a token of an answer costs as much as six. */
const cachedFrom = 1_024;
const cachedShare = 0.1;
const outputShare = 6;

function sum(calls: Call[]) {
  const total = { calls: calls.length, input: 0, output: 0, price: 0 };
  for (const { input, repeated, output } of calls) {
    const [all, front, said] = [tokensIn(input), tokensIn(repeated), tokensIn(output)];
    const cached = front >= cachedFrom ? front : 0;
    total.input += all;
    total.output += said;
    total.price += all - cached + cached * cachedShare + said * outputShare;
  }
  return total;
}

const number = (of: number): string => Math.round(of).toLocaleString('en');
const row = (cells: string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(38) : cell.padStart(9))).join('');

console.log(row(['', 'calls', 'input', 'output', 'tokens', 'priced', 'tokens', 'priced']));
for (const sample of [...samples, briefSample]) {
  const ground = groundOf(sample);
  const ours = sum(await batonCalls(sample, ground));
  const loops = {
    'a manager of this route': sum(managerCalls(sample, ground)),
    'a manager of all routes': sum(managerCalls(sample, ground, everyAgent)),
  };
  console.log(sample.title);
  for (const [name, one] of Object.entries({ Baton: ours, ...loops })) {
    const { calls, input, output, price } = one;
    const tokens = input + output;
    const times = (own: number, of: number) => (one === ours ? '' : `${(of / own).toFixed(1)} x`);
    const ratios = [times(ours.input + ours.output, tokens), times(ours.price, price)];
    console.log(row([`  ${name}`, ...[calls, input, output, tokens, price].map(number), ...ratios]));
  }
}
console.log(`
What is assumed
- Tokens of o200k_base, without those that a provider adds around messages. Answers are the same on both sides.
- Baton: prompts, requests and schemas as the code makes them, schemas counted as JSON; ${views.length} routes; no repairs; no cache.
- A manager: a system prompt of ${tokensIn(managerPrompt)} tokens, tools in short notation, no thoughts, no mistakes; calls of one step go out
  together, and long values are handed on by name instead of being written out. All of it in its favour.
- Both: one question to people, one closing, and the same calls of agents that are models themselves.
- "priced": in units of one token of fresh input; a front of ${number(cachedFrom)} tokens or more that was sent before costs ${cachedShare}, a token
  of output ${outputShare}. Baton’s light and mid models cost less than a manager’s strong one; that is not counted.`);
