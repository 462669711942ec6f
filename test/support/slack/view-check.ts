/** Modals and Home tabs as Slack takes them. */
import type { types } from '@slack/bolt';
import { blocksOf } from './blocks.ts';
import { both, type Check, flag, isObject, may, need, problemsOf, shape, typed, words } from './check.ts';
import { plain } from './texts.ts';

const names = {
  private_metadata: may(words(3000, 0)),
  callback_id: may(words(255, 0)),
  external_id: may(words(255, 0)),
};

const submitForInputs: Check = (value, at, report) => {
  if (!isObject(value) || 'submit' in value || !Array.isArray(value.blocks)) return;
  const index = value.blocks.findIndex((block) => isObject(block) && block.type === 'input');
  if (index >= 0) report(`${at}/blocks/${index}/input`, 'must define `submit` to use an `input` block');
};

const check = typed({
  home: shape<types.HomeView>({ ...names, blocks: need(blocksOf('home')) }),
  modal: both(
    shape<types.ModalView>({
      ...names,
      blocks: need(blocksOf('modal')),
      title: need(plain(24)),
      submit: may(plain(24)),
      close: may(plain(24)),
      clear_on_close: may(flag),
      notify_on_close: may(flag),
    }),
    submitForInputs,
  ),
});

/** What is wrong with a view for this place; nothing when it may be shown. */
export function viewProblems(view: unknown, type: 'modal' | 'home', at = '/view'): string[] {
  const problems = problemsOf(check, view, at);
  if (isObject(view) && problems.length === 0 && view.type !== type)
    problems.push(`[ERROR] unsupported type: ${String(view.type)} [json-pointer:${at}/type]`);
  return problems.length === 0 ? [] : [`[ERROR] failed to match all allowed schemas [json-pointer:${at}]`, ...problems];
}
