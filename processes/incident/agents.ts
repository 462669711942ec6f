/**
 * The agents of an incident: look, judge, restart, look again. What is wrong, and whether a restart may help, is decided
 * by code with thresholds; whether to restart is decided by people, with the evidence before them.
 */
import { createAddressGuard, defineAgent, type Network, Refusal } from 'baton';
import { z } from 'zod';
import { callHook } from './hook.ts';
import { probe } from './probe.ts';
import { createTargets, type Service } from './targets.ts';
import { assess, evidenceOf, states, storyOf, worstOf } from './verdict.ts';

export interface IncidentSettings {
  /** What may be looked at: only what its `allow` names, public or not. */
  network: Network;
  /** Services that have a name, and perhaps a hook that restarts them. */
  services: Service[];
  /** How long one look may take. Default 5 s. */
  probeMs?: number;
  /** An answer that takes longer is degraded. Default 2 s. */
  slowMs?: number;
  /** A certificate that ends sooner is expiring. Default 14 days. */
  expiringDays?: number;
  /** How long to wait between two looks after a restart. Default 2 s. */
  settleMs?: number;
  /** How often to look after a restart before a person is asked. Default 5. */
  looks?: number;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string;
}

const target = z.string().min(1).max(600);

/** What one look at a target came to. */
const check = z.strictObject({
  target,
  state: z.enum(states),
  evidence: z.string().max(500),
  curable: z.boolean(),
});
type Check = z.infer<typeof check>;

const restartOf = z.strictObject({ service: z.string(), evidence: z.string().max(1_000) });

/** What the agents share. */
function sceneOf({ network, services, probeMs = 5_000, slowMs = 2_000, expiringDays = 14, ...rest }: IncidentSettings) {
  const { ca, settleMs = 2_000, looks = 5 } = rest;
  const guard = createAddressGuard(network);
  const targets = createTargets(services, guard);
  const lookAt = async (name: string, signal: AbortSignal): Promise<Check> => {
    const url = targets.urlOf(name);
    await targets.serviceOf(name)?.wake?.();
    const facts = await probe(url, { guard, timeoutMs: probeMs, ca }, signal);
    return { target: name, ...assess(facts, { slowMs, expiringDays }) };
  };
  // The look ends by itself; this is for the way there.
  return { targets, guard, lookAt, ca, settleMs, looks, timeoutMs: probeMs + 5_000 };
}
type Scene = ReturnType<typeof sceneOf>;

/** The agents, over these services. */
export function createIncidentAgents(settings: IncidentSettings) {
  const scene = sceneOf(settings);
  return { services: settings.services, ...lookingAgents(scene), ...mendingAgents(scene), report };
}

export type IncidentAgents = ReturnType<typeof createIncidentAgents>;

function lookingAgents({ targets, lookAt, timeoutMs }: Scene) {
  const find = defineAgent({
    name: 'incident.find',
    title: 'Find the targets',
    ru: { title: 'Найти, что проверить' },
    effect: 'read',
    input: z.strictObject({ text: z.string() }),
    output: z.strictObject({ targets: z.array(target) }),
    run: ({ text }) => ({ targets: targets.find(text) }),
  });

  const look = defineAgent({
    name: 'incident.probe',
    title: 'Look at the target',
    ru: { title: 'Проверить адрес' },
    effect: 'read',
    input: z.strictObject({ target }),
    output: check,
    timeoutMs,
    run: ({ target: name }, { signal }) => lookAt(name, signal),
  });

  const judge = defineAgent({
    name: 'incident.judge',
    title: 'Judge what was found',
    ru: { title: 'Оценить, что найдено' },
    effect: 'read',
    input: z.strictObject({ checks: z.array(check) }),
    output: z.strictObject({
      state: z.enum(states),
      /** One for each service that is down, whose hook is known, and which a restart may help. */
      restarts: z.array(restartOf),
      /** What to look at once those are done. */
      again: z.array(target),
    }),
    run: ({ checks }) => {
      const down = checks.filter(
        ({ target: name, curable }) => curable && targets.serviceOf(name)?.restart !== undefined,
      );
      const named = down.map((one) => ({ ...one, service: targets.serviceOf(one.target)!.name }));
      return {
        state: worstOf(checks),
        restarts: [...Map.groupBy(named, ({ service }) => service)].map(([service, of]) => ({
          service,
          evidence: evidenceOf(of).slice(0, 1_000),
        })),
        again: down.map(({ target: name }) => name),
      };
    },
  });

  return { find, look, judge };
}

/** For good: whoever is using the service at that moment is cut off. So it never starts without its permission. */
function mendingAgents({ targets, guard, lookAt, ca, settleMs, looks, timeoutMs }: Scene) {
  const restart = defineAgent({
    name: 'incident.restart',
    title: 'Restart the service',
    ru: {
      title: 'Перезапустить сервис',
      risk: 'Кто сейчас работает с сервисом, потеряет соединение и несохранённое.',
    },
    effect: 'irreversible',
    // The hook gets the key of the effect, and restarts once for a key.
    idempotent: true,
    retry: { firstDelayMs: settleMs },
    resource: 'service:{{input.service}}',
    // A restart an hour ago is worth knowing of; one of last week is not.
    duplicateWindowMs: 3_600_000,
    risk: 'Whoever is using the service at that moment is cut off.',
    input: restartOf,
    output: z.strictObject({ service: z.string(), status: z.int() }),
    run: async ({ service, evidence }, { key, signal }) => {
      const known = targets.serviceNamed(service);
      if (known?.restart === undefined) throw new Refusal(`Nothing is known that restarts ${service.slice(0, 100)}.`);
      await known.wake?.();
      const call = { key, body: { service, evidence }, guard, ca: ca, signal };
      return { service, status: await callHook(new URL(known.restart), call) };
    },
  });

  const verify = defineAgent({
    name: 'incident.verify',
    title: 'Look again',
    ru: { title: 'Проверить снова' },
    effect: 'read',
    input: z.strictObject({ target }),
    output: check,
    timeoutMs,
    retry: { attempts: looks },
    run: async ({ target: name }, { signal }) => {
      const found = await lookAt(name, signal);
      // A service takes its time to come up, so this asks to be called later. When it has been often enough, a person
      // is asked, and reads this as the reason.
      if (found.state === 'down') throw new Refusal(`${name} is still down: ${found.evidence}`, settleMs);
      return found;
    },
  });

  return { restart, verify };
}

const report = defineAgent({
  name: 'incident.report',
  title: 'Sum up',
  ru: { title: 'Подвести итог' },
  effect: 'read',
  input: z.strictObject({ checks: z.array(check), again: z.array(check), restarts: z.array(restartOf) }),
  output: z.strictObject({
    state: z.enum(states),
    targets: z.array(z.string()),
    restarted: z.array(z.string()),
  }),
  run: ({ checks, again, restarts }) => {
    const last = checks.map((first) => again.find((one) => one.target === first.target) ?? first);
    return {
      state: worstOf(last),
      targets: last.map((now, i) => storyOf(checks[i]!, now)),
      restarted: restarts.map(({ service }) => service),
    };
  },
});
