/** Whether this process has what it takes to reach the agents, e.g. the secrets that their requests carry. */
import type { Transporter } from '../../contracts/agent.ts';
import { BatonError } from '../../contracts/error.ts';
import type { Registry } from '../registry.ts';

/** Throws `config_invalid` with all that keeps an agent from being reached. */
export function assertReachable({ agents }: Pick<Registry, 'agents'>, transporters: readonly Transporter[]): void {
  const problems = [...agents.values()].flatMap(
    ({ agent }) => transporters.find((one) => one.handles(agent))?.problems?.(agent) ?? [],
  );
  if (problems.length === 0) return;
  const count = problems.length === 1 ? 'one agent' : 'some agents';
  throw new BatonError('config_invalid', `What ${count} would need is not there.`, { problems });
}
