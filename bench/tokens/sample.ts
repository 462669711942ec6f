/** A task with everything that the models and agents on the way of it say, the same for both sides. */
import type { Json, JsonObject } from '../../src/contracts/json.ts';
import type { Plan } from '../../src/contracts/plan.ts';

export interface Sample {
  title: string;
  text: string;
  route: string;
  fields: JsonObject;
  /** A pattern recognises it with all that it needs. */
  byPattern: boolean;
  /** Of a route without a plan: what the model plans. */
  plan?: Plan;
  /** In the order in which they run; the calls of one step run side by side. */
  steps: {
    agent: string;
    /** Of an agent that is a model with instructions. */
    instructions?: string;
    calls: { input: JsonObject; output: Json }[];
  }[];
  /** Facts of the one question that is asked, and of the end. */
  question: string;
  facts: string;
  briefing: string;
  closing: string;
}

const step = (agent: string, input: JsonObject, output: Json) => ({ agent, calls: [{ input, output }] });

const amount = { minor: 12_900, currency: 'EUR' };
const order = '1042';
const fields = { order, reason: 'it arrived damaged' };
const customer = 'Ann Becker <ann@customers.example>';
const reservation = '0197f3a1-5b7c-7d51-9f2e-4f1f6f2b8a10';

const refund: Omit<Sample, 'title' | 'text' | 'byPattern'> = {
  route: 'refund',
  fields,
  steps: [
    step(
      'shop.lookup@1',
      { order },
      { order, customer, item: 'Espresso machine', boughtOn: '2026-02-20', total: amount },
    ),
    step('shop.policy@1', { order }, { refundable: amount }),
    step('shop.reserve@1', { order, amount }, { reservation }),
    step(
      'shop.pay@1',
      { order, customer, amount, reason: fields.reason, reservation },
      { payment: reservation, paid: amount, text: '129.00 EUR' },
    ),
    step(
      'shop.note@1',
      { order, text: 'We have paid 129.00 EUR back to you for your order 1042.' },
      { note: 'N-9', sentTo: 'ann@customers.example' },
    ),
  ],
  question:
    'question: may this happen?; step: Pay the money back; risk: The money leaves the account and cannot be called back.; ' +
    `input: ${JSON.stringify({ order, customer, amount, reason: fields.reason })}; done before: order looked up, 129.00 EUR set aside; answers: approve, reject, edit`,
  facts:
    'outcome: completed in 4 min; task: Refund order 1042, it arrived damaged; steps: order looked up, policy checked, 129.00 EUR set aside, ' +
    `paid after Olga approved, customer told; answer: { order: 1042, paid: 129.00 EUR, payment: ${reservation} }`,
  briefing:
    'A refund of 129.00 EUR for order 1042 waits for a decision: the item arrived damaged, and the order is within the policy. The money is set aside and not paid yet.',
  closing:
    'Order 1042 has been refunded: 129.00 EUR were paid back. Olga approved the payment, and the customer was told.',
};

const supplierFields = {
  name: 'Müller Logistik GmbH',
  country: 'Germany',
  taxId: 'DE136695976',
  account: 'DE89 3704 0044 0532 0130 00',
  email: 'ap@mueller.example',
};
const taxId = 'DE136695976';
const account = 'DE89370400440532013000';
const risk = { score: 45, level: 'medium', reasons: ['no earlier dealings with the domain', 'account opened abroad'] };

const supplier: Sample = {
  title: 'supplier in free text, 8 steps',
  text: 'Hi, could you set up Müller Logistik GmbH from Germany for us? VAT is DE136695976, they bank with DE89 3704 0044 0532 0130 00, invoices come from ap@mueller.example. Thanks!',
  route: 'supplier',
  fields: supplierFields,
  byPattern: false,
  steps: [
    step('supplier.place@1', { country: 'Germany' }, { country: 'DE' }),
    step('supplier.tax@1', { taxId }, { taxId }),
    step('supplier.bank@1', { account: supplierFields.account }, { account }),
    step('supplier.screen@1', { name: supplierFields.name }, { match: null }),
    step('supplier.history@1', { taxId, email: supplierFields.email }, { knownDomain: false }),
    step(
      'supplier.score@1',
      { country: 'DE', taxId, account, email: supplierFields.email, match: null, knownDomain: false },
      { ...risk, taxIdEnding: '5976', accountEnding: '3000' },
    ),
    step(
      'supplier.register@1',
      { name: supplierFields.name, country: 'DE', taxId, account, email: supplierFields.email },
      { number: 'S-118' },
    ),
    step(
      'supplier.open@1',
      {
        number: 'S-118',
        name: supplierFields.name,
        country: 'DE',
        taxId,
        taxIdEnding: '5976',
        accountEnding: '3000',
        ...risk,
      },
      { supplier: 'S-118' },
    ),
  ],
  question:
    'question: may this happen?; step: Open the supplier for payments; risk: Invoices of this supplier can be paid from now on.; ' +
    'input: S-118, Müller Logistik GmbH, DE, tax number …5976, account …3000, score 45, medium, no earlier dealings with the domain, account opened abroad; answers: approve, reject, edit',
  facts:
    'outcome: completed in 11 min; task: set up Müller Logistik GmbH; steps: country recognised, tax number checked, account checked, sanctions compared (no match), no earlier dealings, ' +
    'risk weighed (45, medium), entered as S-118, opened after Pavel approved; answer: { supplier: S-118, score: 45, level: medium }',
  briefing:
    'Müller Logistik GmbH is entered as S-118 and waits to be opened for payments. Its risk is medium (45): no earlier dealings with the domain, and an account opened abroad. Nothing is on the sanctions list.',
  closing:
    'Müller Logistik GmbH is now supplier S-118 and open for payments. Its risk was weighed as medium (45), and Pavel approved it.',
};

export const samples: Sample[] = [
  { ...refund, title: 'refund by pattern, 5 steps', text: 'Refund order 1042, it arrived damaged', byPattern: true },
  {
    ...refund,
    title: 'refund in free text, 5 steps',
    text: 'hey, the espresso machine from order 1042 came with a broken tank (it arrived damaged), the customer wants the money back',
    byPattern: false,
  },
  supplier,
];
