/** Plans as a model makes them for a brief. */
import type { Plan } from '../../src/contracts/plan.ts';

const ref = ($ref: string) => ({ $ref });
const each = (list: string) => ({ in: ref(list), concurrency: 4, max: 10 });

const ending: Plan['steps'] = [
  {
    id: 'compare',
    agent: 'text.compare@1',
    input: { topic: ref('task.fields.topic'), sources: ref('steps.check.output.sources') },
  },
  {
    id: 'draft',
    agent: 'text.draft@1',
    input: {
      topic: ref('task.fields.topic'),
      audience: ref('task.fields.audience'),
      sources: ref('steps.check.output.sources'),
      agreements: ref('steps.compare.output.agreements'),
      differences: ref('steps.compare.output.differences'),
      gaps: ref('steps.compare.output.gaps'),
    },
  },
  {
    id: 'post',
    agent: 'brief.post@1',
    input: {
      topic: ref('task.fields.topic'),
      title: ref('steps.draft.output.title'),
      body: ref('steps.draft.output.body'),
      sources: ref('steps.draft.output.sources'),
    },
  },
];

const answer = { number: ref('steps.post.output.number'), title: ref('steps.draft.output.title') };

/** Whatever pages there are: a step runs for each of them. */
export const planOverList: Plan = {
  goal: 'A brief over the pages of the task or of the library',
  steps: [
    { id: 'sources', agent: 'web.sources@1', input: { urls: ref('task.fields.urls') } },
    { id: 'fetch', agent: 'web.fetch@1', input: { url: ref('item') }, forEach: each('steps.sources.output.urls') },
    {
      id: 'extract',
      agent: 'text.extract@1',
      input: { text: ref('item.text'), question: ref('task.fields.topic') },
      forEach: each('steps.fetch.output'),
    },
    {
      id: 'check',
      agent: 'text.check@1',
      input: { pages: ref('steps.fetch.output'), found: ref('steps.extract.output') },
    },
    ...ending,
  ],
  answer,
};

/** Two pages that the task names, each with steps of its own. */
export const planOverPages = (first: string, second: string): Plan => ({
  goal: 'A brief over two pages',
  steps: [
    { id: 'fetch1', agent: 'web.fetch@1', input: { url: first } },
    { id: 'fetch2', agent: 'web.fetch@1', input: { url: second } },
    ...[1, 2].map((i) => ({
      id: `extract${i}`,
      agent: 'text.extract@1',
      input: { text: ref(`steps.fetch${i}.output.text`), question: { $text: '{{task.fields.topic}}: what matters?' } },
    })),
    {
      id: 'check',
      agent: 'text.check@1',
      input: {
        pages: [ref('steps.fetch1.output'), ref('steps.fetch2.output')],
        found: [ref('steps.extract1.output'), ref('steps.extract2.output')],
      },
    },
    ...ending,
  ],
  answer,
});

/** A plan with one step changed. */
export const withStep = (plan: Plan, id: string, change: Partial<Plan['steps'][number]>): Plan => ({
  ...plan,
  steps: plan.steps.map((step) => (step.id === id ? { ...step, ...change } : step)),
});
