/** The form in which a question's value is given: which schema, what is there already, and what of it is hidden. */
import { type Verb, verbsWithValue } from '../../contracts/escalation.ts';
import type { Form, FormWords } from '../../contracts/form.ts';
import { askIn } from '../../contracts/route.ts';
import type { Material } from '../cards/steps.ts';
import { hiddenInput, redactions, veilOf } from '../cards/veil.ts';
import type { QuestionState } from '../state.ts';
import { formOf } from './fields.ts';

/** Null for a verb that carries no value. An edit begins with what would be sent; an answer and an output with nothing. */
export function formFor({ question }: QuestionState, verb: Verb, of: Material, words: FormWords): Form | null {
  if (!verbsWithValue.includes(verb)) return null;
  const { subject } = question;
  const contract = subject ? of.known.contract(subject.contract) : null;
  const step = question.step?.split('[')[0] ?? '';
  const hidden = verb === 'edit' ? hiddenInput(of.state, of.known, step, contract) : redactions(contract, 'output');
  return formOf({
    schema: question.schema ?? {},
    base: verb === 'edit' ? (subject?.input ?? question.proposed) : undefined,
    veil: veilOf(verb === 'edit' ? hidden : [], []),
    ask: verb === 'answer' ? askIn(of.known.route(question.definition), of.language) : {},
    words,
    cardWords: of.words,
  });
}
