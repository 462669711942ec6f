/**
 * The agents of a new supplier. Each says by its contract what it takes, what it gives, and what it does to the world;
 * the steps that only read can run side by side.
 *
 * Tax number, account and address are redacted: nobody sees them on a card or in a trace. Who has to tell two numbers
 * apart sees their last four characters.
 */
import { defineAgent, Refusal } from 'baton';
import { z } from 'zod';
import { countryCode } from './countries.ts';
import { type Directory, DirectoryError } from './directory.ts';
import { bankAccount, ending, taxNumber } from './numbers.ts';
import { assess, domainOf, levels } from './risk.ts';
import { screen } from './sanctions.ts';

const name = z.string().min(2).max(200);
const country = z.string().regex(/^[A-Z]{2}$/);
const number = z.string().min(5).max(300);
const email = z.string().min(5).max(200);
const supplierNumber = z.string().regex(/^S-\d{1,9}$/);
const match = z.strictObject({ entry: z.string(), listed: z.string(), similarity: z.number() }).nullable();
const risk = { score: z.int().min(0).max(100), level: z.enum(levels), reasons: z.array(z.string()) };

/** The agents, working on this directory. */
export const createSupplierAgents = (directory: Directory) => ({ ...lookers(directory), ...doers(directory) });

export type SupplierAgents = ReturnType<typeof createSupplierAgents>;

/** Those that only look. */
function lookers(directory: Directory) {
  // What no type can say, a schema says by a check of its own. A value that does not pass it is a mistake of the
  // message, and no answer of the agent: the step fails before the agent is called, and a person is asked for what the
  // agent should have given, that is, for the right number.

  const place = defineAgent({
    name: 'supplier.place',
    title: 'Recognise the country',
    ru: { title: 'Определить страну' },
    effect: 'read',
    input: z.strictObject({
      country: z
        .string()
        .refine((text) => countryCode(text) !== null)
        .describe('the name of a country'),
    }),
    output: z.strictObject({ country }),
    run: ({ country }) => ({ country: countryCode(country)! }),
  });

  const tax = defineAgent({
    name: 'supplier.tax',
    title: 'Check the tax number',
    ru: { title: 'Проверить налоговый номер' },
    effect: 'read',
    input: z.strictObject({
      taxId: number.refine((text) => taxNumber(text) !== null).describe('a tax number whose check digits are right'),
    }),
    output: z.strictObject({ taxId: number }),
    redact: ['input.taxId', 'output.taxId'],
    run: ({ taxId }) => ({ taxId: taxNumber(taxId)!.number }),
  });

  const bank = defineAgent({
    name: 'supplier.bank',
    title: 'Check the bank account',
    ru: { title: 'Проверить банковский счёт' },
    effect: 'read',
    input: z.strictObject({
      account: number
        .refine((text) => bankAccount(text) !== null)
        .describe('an IBAN, or a Russian account with its BIK, whose check digits are right'),
    }),
    output: z.strictObject({ account: number }),
    redact: ['input.account', 'output.account'],
    run: ({ account }) => ({ account: bankAccount(account)!.number }),
  });

  const sanctions = defineAgent({
    name: 'supplier.screen',
    title: 'Compare with the sanctions list',
    ru: { title: 'Сверить с санкционным списком' },
    effect: 'read',
    input: z.strictObject({ name }),
    output: z.strictObject({ match }),
    run: ({ name }) => ({ match: screenOrRefuse(name) }),
  });

  const history = defineAgent({
    name: 'supplier.history',
    title: 'Look for earlier dealings',
    ru: { title: 'Найти прежние отношения' },
    effect: 'read',
    input: z.strictObject({ taxId: number, email }),
    output: z.strictObject({ knownDomain: z.boolean() }),
    redact: ['input.taxId', 'input.email'],
    run: async ({ taxId, email }) => {
      const open = await directory.numberOf(taxId);
      // A Refusal is a plain no: nothing was done, and asking again would not change it.
      if (open !== null) throw new Refusal(`It is supplier ${open} already.`);
      return { knownDomain: await directory.knowsDomain(domainOf(email)) };
    },
  });

  const score = defineAgent({
    name: 'supplier.score',
    title: 'Weigh the risk',
    ru: { title: 'Оценить риск' },
    effect: 'read',
    input: z.strictObject({ country, taxId: number, account: number, email, match, knownDomain: z.boolean() }),
    output: z.strictObject({ ...risk, taxIdEnding: z.string(), accountEnding: z.string() }),
    redact: ['input.taxId', 'input.account', 'input.email'],
    run: (facts) => ({
      ...assess(facts),
      taxIdEnding: ending(facts.taxId),
      accountEnding: ending(facts.account),
    }),
  });

  return { place, tax, bank, sanctions, history, score };
}

/** Those that change something. */
function doers(directory: Directory) {
  // An effect with a way back: should the run not complete, Baton calls `remove` with what `register` gave.

  const remove = defineAgent({
    name: 'supplier.remove',
    title: 'Take the entry out',
    ru: { title: 'Убрать запись' },
    effect: 'reversible',
    idempotent: true,
    input: z.strictObject({ number: supplierNumber }),
    output: z.strictObject({ status: z.enum(['removed', 'open']) }),
    run: async ({ number }) => ({ status: await directory.remove(number) }),
  });

  const register = defineAgent({
    name: 'supplier.register',
    title: 'Enter the supplier',
    ru: { title: 'Внести поставщика' },
    effect: 'compensable',
    // The key is the same for every repeat of this step, so a repeat finds the entry that is there.
    idempotent: true,
    input: z.strictObject({ name, country, taxId: number, account: number, email }),
    output: z.strictObject({ number: supplierNumber }),
    undo: { agent: remove, input: ({ output }) => ({ number: output.number }) },
    redact: ['input.taxId', 'input.account', 'input.email'],
    run: async (supplier, { key }) => ({ number: await directory.register(key, supplier) }),
  });

  // An effect for good: from here on money can flow. It never starts without its permission, and of two messages about
  // one supplier the second is shown to a person together with the first: that is what `resource` is for.

  const open = defineAgent({
    name: 'supplier.open',
    title: 'Open the supplier for payments',
    effect: 'irreversible',
    idempotent: true,
    resource: 'supplier:{{input.taxId}}',
    risk: 'Invoices of this supplier can be paid from now on.',
    ru: { title: 'Открыть поставщику оплату', risk: 'С этого момента счета поставщика можно будет оплачивать.' },
    input: z.strictObject({
      number: supplierNumber,
      name,
      country,
      taxId: number,
      taxIdEnding: z.string(),
      accountEnding: z.string(),
      ...risk,
    }),
    output: z.strictObject({ supplier: supplierNumber }),
    redact: ['input.taxId'],
    run: async ({ number, name, taxId, level }) => {
      const entered = await directory.registered(number);
      if (!entered || entered.taxId !== taxId) throw new Refusal(`${number} is another supplier.`);
      // Whoever decides may edit what they see, the name and the level too. So both are weighed again: an edit must not
      // lead past those who have to decide.
      const now = assess({ ...entered, match: screenOrRefuse(name), knownDomain: true });
      if (levels.indexOf(now.level) > levels.indexOf(level)) {
        throw new Refusal(`The risk is ${now.level}, so it is not for those to decide who were asked.`);
      }
      await orRefuse(directory.open(number, name, now.score));
      return { supplier: number };
    },
  });

  return { register, remove, open };
}

/** The same name as on the list is refused, by whoever it is asked for; a name like it is for people to judge. */
function screenOrRefuse(name: string) {
  const found = screen(name);
  if (found?.similarity === 1) throw new Refusal(`${found.listed} is on the sanctions list (${found.entry}).`);
  return found;
}

/** What the directory says no to is a refusal; anything else that goes wrong leaves open what happened. */
async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DirectoryError) throw new Refusal(error.message);
    throw error;
  }
}
