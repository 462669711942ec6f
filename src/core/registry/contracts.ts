/** Checks what a contract says beside its shape: its undo, its resource, what it hides, and how it is reached. */
import type { AnyAgent } from '../../contracts/agent.ts';
import type { Contract } from '../../contracts/contract.ts';
import type { Problem } from '../../contracts/error.ts';
import type { JsonSchema } from '../../contracts/json.ts';
import { templateParts } from '../../contracts/plan.ts';
import { checkUndo } from '../proof/effects.ts';
import { isScalar } from '../proof/mapping.ts';
import { resolve } from '../proof/scope.ts';
import { describe } from '../schema/describe.ts';
import { elementOf, schemaAt } from '../schema/fits.ts';
import { checkHttp } from './http.ts';

function checkResource(contract: Contract, path: string): Problem[] {
  const scope = new Map([['input', contract.input]]);
  return templateParts(contract.resource ?? '').flatMap((part): Problem[] => {
    if ('text' in part) {
      const broken = /\{\{|\}\}/.test(part.text);
      const hint = 'braces do not match: write {{input.field}}';
      return broken ? [{ code: 'resource_unresolvable', path, hint }] : [];
    }
    const reached = resolve(part.ref, scope);
    if ('hint' in reached) return [{ code: 'resource_unresolvable', path, hint: `${part.ref}: ${reached.hint}` }];
    const wrong = isScalar(reached.schema)
      ? reached.optional && 'it may be missing'
      : `it is ${describe(reached.schema)}`;
    if (!wrong) return [];
    return [{ code: 'resource_unresolvable', path, hint: `${part.ref} cannot name a resource: ${wrong}` }];
  });
}

/** Follows a path in which `*` stands for every element of a list. */
function reaches(schema: JsonSchema, path: string[]): boolean {
  const star = path.indexOf('*');
  const before = schemaAt(schema, star < 0 ? path : path.slice(0, star));
  if (star < 0 || before === null) return before !== null;
  const element = elementOf(before.schema);
  return element !== null && reaches(element, path.slice(star + 1));
}

function checkRedact(contract: Contract, path: string): Problem[] {
  const sides: Record<string, JsonSchema> = { input: contract.input, output: contract.output };
  return contract.redact.flatMap((hidden, i): Problem[] => {
    const [side = '', ...rest] = hidden.split('.');
    const schema = Object.hasOwn(sides, side) ? sides[side] : undefined;
    if (schema && reaches(schema, rest)) return [];
    const hint = `${hidden} leads nowhere: write input.<path> or output.<path>, with * for every element of a list`;
    return [{ code: 'redact_unreachable', path: `${path}[${i}]`, hint }];
  });
}

function checkTransport(agent: AnyAgent, contract: Contract, path: string): Problem[] {
  if ('http' in agent.definition) return checkHttp(agent.definition.http, contract, `${path}.http`);
  if (!('webhook' in agent.definition)) return [];
  const { url } = agent.definition.webhook;
  const ok = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  // The address itself is not shown: it may carry a token.
  return ok ? [] : [{ code: 'webhook_invalid', path: `${path}.webhook.url`, hint: 'write a whole http(s) address' }];
}

/** All that is wrong with a registered agent. */
export function checkContract(
  agent: AnyAgent,
  contract: Contract,
  contracts: ReadonlyMap<string, Contract>,
): Problem[] {
  const path = `agents.${agent.id}`;
  const hint = 'a read changes nothing, so a repeat is always harmless: drop idempotent: false';
  const contradiction = contract.effect === 'read' && !contract.idempotent;
  return [
    ...checkUndo(contract, contracts, `${path}.undo`),
    ...checkResource(contract, `${path}.resource`),
    ...checkRedact(contract, `${path}.redact`),
    ...checkTransport(agent, contract, path),
    ...(contradiction ? [{ code: 'idempotent_contradiction', path: `${path}.idempotent`, hint }] : []),
  ];
}
