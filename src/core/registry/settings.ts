/** The names of what a configuration may say. One that is not known does nothing, and whoever wrote it believes it does. */
import type { Configuration } from '../../contracts/config.ts';
import type { Problem } from '../../contracts/error.ts';
import { suggestion } from '../nearest.ts';

const known = Object.keys({
  routes: true,
  agents: true,
  people: true,
  rooms: true,
  tasksPerMinute: true,
  network: true,
  models: true,
  budgets: true,
  estimate: true,
  prepare: true,
  close: true,
} satisfies Record<keyof Configuration, true>);

export const checkSettings = (configuration: Configuration): Problem[] =>
  Object.keys(configuration)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'unknown_setting',
      path: name,
      hint: `is nothing that a configuration has; ${suggestion(name, known)}`,
    }));
