/** Checks the declaration of an HTTP agent against its contract, so that what cannot be sent or read is told at start. */
import type { Contract } from '../../contracts/contract.ts';
import type { Problem } from '../../contracts/error.ts';
import {
  type AnyHttp,
  headerName,
  httpShape,
  isSafeMethod,
  parseHttpAddress,
  reservedHeaders,
  secretNameOf,
} from '../../contracts/http.ts';
import type { JsonSchema } from '../../contracts/json.ts';
import { isReference, isTemplate, type Mapping, referencesOf, templateParts } from '../../contracts/plan.ts';
import { toMapping, tree } from '../../contracts/refs.ts';
import { checkMapping, isScalar } from '../proof/mapping.ts';
import { resolve, type Scope } from '../proof/scope.ts';
import { describe } from '../schema/describe.ts';
import { shapeProblems, within } from './agents.ts';

type Part = ReturnType<typeof templateParts>[number];

const scalar = { type: ['string', 'number', 'boolean', 'null'] };
/** What a query and a form can say. */
const flat: JsonSchema = {
  type: 'object',
  additionalProperties: { anyOf: [scalar, { type: 'array', items: scalar }] },
};

/** What a mapping of the answer may read. Nothing is known of the body until it comes. */
const answer: JsonSchema = {
  type: 'object',
  properties: {
    status: { type: 'integer' },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    body: {},
  },
  required: ['status', 'headers', 'body'],
  additionalProperties: false,
};

/** All that is wrong with the declaration. */
export function checkHttp(http: AnyHttp, contract: Contract, path: string): Problem[] {
  const shape = httpShape.safeParse(http);
  if (!shape.success) return within(path, shapeProblems(shape.error.issues));
  const scope: Scope = new Map([['input', contract.input]]);
  return [
    ...checkAddress(http.url, scope, `${path}.url`),
    ...Object.entries(http.headers ?? {}).flatMap(([name, template]) =>
      checkHeader(name, template, scope, `${path}.headers.${name}`),
    ),
    ...checkBodies(http, path),
    ...(http.query ? checkSent(http.query, flat, scope, `${path}.query`) : []),
    ...(http.form ? checkSent(http.form, flat, scope, `${path}.form`) : []),
    ...(http.body ? checkSent(http.body, {}, scope, `${path}.body`) : []),
    ...(http.text === undefined ? [] : checkParts(templateParts(http.text), scope, `${path}.text`)),
    ...checkRead(http, contract, path),
    ...checkStatuses(http, `${path}.statuses`),
  ];
}

const problem = (path: string, hint: string): Problem => ({ code: 'http_invalid', path, hint });

function checkAddress(template: string, scope: Scope, path: string): Problem[] {
  const address = parseHttpAddress(template);
  // The address itself is not shown: it may carry a token.
  if ('hint' in address) return [problem(path, address.hint)];
  return [...address.path.flat(), ...address.query].flatMap((part) => checkPart(part, scope, path));
}

const checkParts = (parts: Part[], scope: Scope, path: string): Problem[] =>
  parts.flatMap((part) => checkPart(part, scope, path));

/** A place in a text: what fills it is text, a number or a boolean, and always there. */
function checkPart(part: Part, scope: Scope, path: string): Problem[] {
  if ('text' in part) {
    return /\{\{|\}\}/.test(part.text) ? [problem(path, 'braces do not match: write {{input.field}}')] : [];
  }
  if (secretNameOf(part.ref) !== null) return [problem(path, 'a secret belongs in a header, and nowhere else')];
  const reached = resolve(part.ref, scope);
  if ('hint' in reached) return [problem(path, `${part.ref}: ${reached.hint}`)];
  const wrong = isScalar(reached.schema) ? reached.optional && 'may be missing' : `is ${describe(reached.schema)}`;
  return wrong ? [problem(path, `a place takes text, a number or a boolean; ${part.ref} ${wrong}`)] : [];
}

function checkHeader(name: string, template: string, scope: Scope, path: string): Problem[] {
  if (!headerName.test(name)) return [problem(path, 'no header can be called that')];
  if (reservedHeaders.includes(name.toLowerCase())) return [problem(path, `${name} is written by Baton itself`)];
  const parts = templateParts(template);
  const isSecret = (part: Part) => 'ref' in part && secretNameOf(part.ref) !== null;
  return checkParts(
    parts.filter((part) => !isSecret(part)),
    scope,
    path,
  );
}

function checkBodies(http: AnyHttp, path: string): Problem[] {
  const given = (['body', 'form', 'text'] as const).filter((one) => http[one] !== undefined);
  const [first] = given;
  if (first !== undefined && isSafeMethod(http.method)) {
    return [problem(`${path}.${first}`, `${http.method} has no body: put it into the query`)];
  }
  return given.length > 1
    ? [problem(`${path}.${given[1]}`, `a request has one body, and there is ${first} already`)]
    : [];
}

function checkSent(map: NonNullable<AnyHttp['body']>, wanted: JsonSchema, scope: Scope, path: string): Problem[] {
  const mapping = toMapping(map({ input: tree('input') }));
  const findings = checkMapping(mapping, wanted, { scope, path: [], sure: new Set(fieldReferences(mapping)) });
  return within(
    path,
    findings.map(({ path: at, hint }) => problem(at, hint)),
  );
}

/** References that are fields: one that leads nowhere leaves its field out of what is sent, and so may. */
function fieldReferences(mapping: Mapping): string[] {
  if (mapping === null || typeof mapping !== 'object' || isReference(mapping) || isTemplate(mapping)) return [];
  const inner = Object.values(mapping) as Mapping[];
  const fields = Array.isArray(mapping)
    ? []
    : inner.filter((one) => one !== null && typeof one === 'object').filter(isReference);
  return [...fields.map(({ $ref }) => $ref), ...inner.flatMap(fieldReferences)];
}

/** Of the answer only its outline is known, so its references count as there; what is literal, or missing, is proven. */
function checkRead(http: AnyHttp, contract: Contract, path: string): Problem[] {
  const scope: Scope = new Map([
    ['input', contract.input],
    ['output', answer],
  ]);
  const check = (mapping: Mapping, wanted: JsonSchema, at: string) => {
    const sure = new Set(referencesOf(mapping));
    return within(
      at,
      checkMapping(mapping, wanted, { scope, path: [], sure }).map((one) => problem(one.path, one.hint)),
    );
  };
  const from = { input: tree('input'), output: tree('output') as never };
  return [
    ...(http.output ? check(toMapping(http.output(from)), contract.output, `${path}.output`) : []),
    ...(http.reason ? check(toMapping(http.reason(from)), { type: 'string' }, `${path}.reason`) : []),
  ];
}

function checkStatuses({ statuses = {} }: AnyHttp, path: string): Problem[] {
  const all = Object.values(statuses).flat();
  const twice = all.find((status, i) => all.indexOf(status) !== i);
  return twice === undefined ? [] : [problem(path, `${twice} is listed twice`)];
}
