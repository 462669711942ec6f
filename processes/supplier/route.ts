/**
 * The route: what must be known of a new supplier, how it is looked at, and whom its risk needs. The first four looks
 * run side by side, since none of them reads what another gives.
 */
import { approval, defineRoute, is } from 'baton';
import { z } from 'zod';
import type { SupplierAgents } from './agents.ts';
import { patterns } from './message.ts';

export interface SupplierTerms {
  /** The role of those who decide about a medium risk, and about whatever else is asked. */
  procurement: string;
  /** The role of those who decide about a high risk, and how many of them must agree. */
  compliance: { role: string; quorum: number };
}

/** The route `supplier` over these agents, on these terms. */
export function createSupplierRoute(
  { place, tax, bank, sanctions, history, score, register, open }: SupplierAgents,
  { procurement, compliance }: SupplierTerms,
) {
  return defineRoute({
    name: 'supplier',
    title: 'Register a supplier',
    ru: {
      title: 'Завести поставщика',
      ask: {
        name: 'Как называется поставщик?',
        country: 'В какой он стране?',
        taxId: 'Его ИНН или номер НДС?',
        account: 'Его IBAN или расчётный счёт и БИК?',
        email: 'Его электронная почта?',
      },
    },
    description: 'Checks a new supplier, has its risk decided upon, and opens it for payments.',
    patterns,
    examples: [
      'New supplier: Müller Logistik GmbH, Germany, VAT DE136695976, IBAN DE89 3704 0044 0532 0130 00, ap@mueller.example',
    ],
    fields: z.strictObject({
      name: z.string().min(2).max(200),
      country: z.string().min(2).max(100),
      taxId: z.string().min(5).max(30),
      account: z.string().min(15).max(300),
      email: z.email().max(200),
    }),
    // All that is missing is asked for in one question.
    ask: {
      name: 'What is the supplier called?',
      country: 'In which country is it?',
      taxId: 'Its VAT number or INN?',
      account: 'Its IBAN, or its account and BIK?',
      email: 'Its e-mail address?',
    },
    plan: (p) =>
      p
        .step('place', place, ({ task }) => ({ country: task.country }))
        .step('tax', tax, ({ task }) => ({ taxId: task.taxId }))
        .step('bank', bank, ({ task }) => ({ account: task.account }))
        .step('screen', sanctions, ({ task }) => ({ name: task.name }))
        .step('history', history, ({ task, steps }) => ({ taxId: steps.tax.taxId, email: task.email }))
        .step('score', score, ({ task, steps }) => ({
          country: steps.place.country,
          taxId: steps.tax.taxId,
          account: steps.bank.account,
          email: task.email,
          match: steps.screen.match,
          knownDomain: steps.history.knownDomain,
        }))
        .step(
          'register',
          register,
          ({ task, steps }) => ({
            name: task.name,
            country: steps.place.country,
            taxId: steps.tax.taxId,
            account: steps.bank.account,
            email: task.email,
          }),
          () => ({ after: ['score'] }),
        )
        .step('open', open, ({ task, steps }) => ({
          number: steps.register.number,
          name: task.name,
          country: steps.place.country,
          taxId: steps.tax.taxId,
          taxIdEnding: steps.score.taxIdEnding,
          accountEnding: steps.score.accountEnding,
          score: steps.score.score,
          level: steps.score.level,
          reasons: steps.score.reasons,
        }))
        .answer(({ steps }) => ({
          supplier: steps.open.supplier,
          score: steps.score.score,
          level: steps.score.level,
          reasons: steps.score.reasons,
        })),
    // Any other question of this route: a wrong number, a second message about the same supplier.
    questions: { deciders: { roles: [procurement] } },
    // The risk names who decides. A low one needs nobody.
    approvals: [
      approval(open, ({ input }) => ({
        when: is(input.level, 'high'),
        deciders: { roles: [compliance.role] },
        quorum: compliance.quorum,
      })),
      approval(open, ({ input }) => ({ when: is(input.level, 'medium'), deciders: { roles: [procurement] } })),
    ],
  });
}
