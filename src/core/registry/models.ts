/** Checks what the configuration says of models and of their money. */
import type { Configuration } from '../../contracts/config.ts';
import type { Problem } from '../../contracts/error.ts';
import { type BudgetAmounts, budgetsDefinition, modelsDefinition } from '../../contracts/models-config.ts';
import { shapeProblems, within } from './agents.ts';

export function checkModels({ models = {}, budgets = {} }: Configuration): Problem[] {
  const tiers = modelsDefinition.safeParse(models);
  const limits = budgetsDefinition.safeParse(budgets);
  return [
    ...within('models', shapeProblems(tiers.error?.issues ?? [])),
    ...within('budgets', limits.success ? softOverHard(limits.data) : shapeProblems(limits.error.issues)),
  ];
}

/** A soft limit above the hard one of its kind would never be asked about. */
function softOverHard(budgets: typeof budgetsDefinition._output): Problem[] {
  return (['run', 'day'] as const).flatMap((scope) => {
    const { soft, hard } = budgets[scope] ?? {};
    if (!soft || !hard) return [];
    const amounts = amountsOf(hard);
    return Object.entries(amountsOf(soft))
      .filter(([path, amount]) => amount >= (amounts[path] ?? Number.POSITIVE_INFINITY))
      .map(([path]) => ({
        code: 'soft_over_hard',
        path: `${scope}.soft.${path}`,
        hint: 'it is not below the hard limit, so nobody would ever be asked: lower it, or leave it out',
      }));
  });
}

/** By the path of each. */
const amountsOf = ({ money = {}, tokens, calls }: BudgetAmounts): Record<string, number> => ({
  ...Object.fromEntries(Object.entries(money).map(([currency, amount]) => [`money.${currency}`, amount])),
  ...(tokens !== undefined && { tokens }),
  ...(calls !== undefined && { calls }),
});
