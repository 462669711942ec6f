/** Turns a route into data and checks it against the agents and people that there are; its fixed plan is proven. */
import type { Contract } from '../../contracts/contract.ts';
import type { Problem } from '../../contracts/error.ts';
import { type ApprovalRule, type Route, type RouteData, routeData } from '../../contracts/route.ts';
import { suggestion } from '../nearest.ts';
import { checkCondition } from '../proof/condition.ts';
import { prove } from '../proof.ts';
import { fieldsOf } from '../schema/fits.ts';
import { saysNothing } from '../schema/resolve.ts';
import { convert, shapeProblems, within } from './agents.ts';
import { checkDeciders, checkTerms, type People } from './people.ts';
import { checkRouteSettings } from './settings.ts';

interface Known {
  contracts: ReadonlyMap<string, Contract>;
  people: People;
}

/** The data of a route, or what keeps it from being one. */
export function buildRoute(route: Route): { data: RouteData | null; problems: Problem[] } {
  const fields = convert(route.fields);
  const parsed = routeData.safeParse({ ...route.data, fields: fields.schema });
  const malformed = parsed.success ? [] : shapeProblems(parsed.error.issues);
  const problems = within(`routes.${route.name}`, [
    ...within('fields', fields.problems),
    ...malformed,
    ...checkRouteSettings(route),
  ]);
  return { data: parsed.data ?? null, problems };
}

const groupsOf = (pattern: RegExp): string[] =>
  [...pattern.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].flatMap((match) => match[1] ?? []);

function checkFieldNames(route: Route, data: RouteData): Problem[] {
  // Fields without a JSON form were reported already.
  if (saysNothing(data.fields)) return [];
  const fields = fieldsOf(data.fields);
  const unknown = (path: string, names: string[]): Problem[] =>
    names
      .filter((name) => !fields.includes(name))
      .map((name) => ({ code: 'unknown_field', path, hint: `${name} is no field; ${suggestion(name, fields)}` }));
  return [
    ...route.patterns.flatMap((pattern, i) => unknown(`patterns[${i}]`, groupsOf(pattern))),
    ...unknown('ask', Object.keys(data.ask)),
    ...unknown('ru.ask', Object.keys(data.ru?.ask ?? {})),
  ];
}

function checkApproval(rule: ApprovalRule, data: RouteData, known: Known, path: string): Problem[] {
  const contract = known.contracts.get(rule.agent);
  const terms = checkTerms(rule, known.people, path);
  if (!contract || !data.agents.includes(rule.agent)) {
    const hint = `this route does not use ${rule.agent}; ${suggestion(rule.agent, data.agents)}`;
    return [{ code: 'unknown_agent', path: `${path}.agent`, hint }, ...terms];
  }
  const scope = new Map([
    ['input', contract.input],
    ['task.fields', data.fields],
  ]);
  return [...(rule.when ? checkCondition(rule.when, scope, `${path}.when`) : []), ...terms];
}

function checkPlan(data: RouteData, known: Known): Problem[] {
  if (data.plan === null) return [];
  const ground = { ...data, allowed: data.agents, contracts: known.contracts };
  // An undo that does not work is told once, at its agent.
  return prove(data.plan, ground).filter((finding) => finding.code !== 'compensation_missing');
}

/** All that is wrong with a registered route. */
export function checkRoute(route: Route, data: RouteData, known: Known): Problem[] {
  return within(`routes.${data.name}`, [
    ...checkFieldNames(route, data),
    ...within('plan', checkPlan(data, known)),
    ...checkTerms(data.questions, known.people, 'questions'),
    // By default they are the terms of every question, whose problems are told once.
    ...(data.failures && route.data.failures !== route.data.questions
      ? checkTerms(data.failures, known.people, 'failures')
      : []),
    ...data.approvals.flatMap((rule, i) => checkApproval(rule, data, known, `approvals[${i}]`)),
    ...checkDeciders(data.controllers, known.people, 'controllers'),
  ]);
}
