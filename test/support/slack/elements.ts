/** What people press, choose and fill in. */
import type { types } from '@slack/bolt';
import { type Check, flag, isObject, list, matching, may, need, oneOf, shape, whole, words } from './check.ts';
import { anyOption, confirm, linkOption, optionGroup, plain, plainOption, richText } from './texts.ts';

const action_id = may(words(255));
const common = { action_id, confirm: may(confirm), focus_on_load: may(flag) };
const placeholder = may(plain(150));
const dispatch_action_config = may(
  shape<types.DispatchActionConfig>({
    trigger_actions_on: may(list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 })),
  }),
);
const typing = { action_id, focus_on_load: may(flag), placeholder, dispatch_action_config };
const id = words();
const choice = {
  options: may(list(plainOption, { max: 100 })),
  option_groups: may(list(optionGroup, { max: 100 })),
};

/** Exactly one of options and groups, and what is chosen at first is one of them. */
const consistent =
  (check: Check): Check =>
  (value, at, report) => {
    check(value, at, report);
    if (!isObject(value)) return;
    if ('option_groups' in value === 'options' in value) report(at, 'must define either `options` or `option_groups`');
    const groups = Array.isArray(value.option_groups) ? value.option_groups : [value];
    const known = groups.flatMap((group) => (isObject(group) && Array.isArray(group.options) ? group.options : []));
    const wanted = [value.initial_option ?? [], value.initial_options ?? []].flat();
    for (const one of wanted) {
      if (!known.some((other) => JSON.stringify(other) === JSON.stringify(one)))
        report(at, 'initial_option must match an option exactly');
    }
  };

const lengths =
  (check: Check): Check =>
  (value, at, report) => {
    check(value, at, report);
    if (!isObject(value)) return;
    const { min_length: min = 0, max_length: max = 3000, initial_value: initial } = value as Record<string, number>;
    if (Number(min) > Number(max)) report(at, 'min_length must not be more than max_length');
    if (typeof initial === 'string' && (initial as string).length > Number(max))
      report(`${at}/initial_value`, `must be less than ${Number(max) + 1} characters`);
  };

const users = { ...common, placeholder };
const max_selected_items = may(whole(1, 100));

export const elements: Record<string, Check> = {
  button: shape<types.Button>({
    action_id,
    confirm: may(confirm),
    text: need(plain(75)),
    value: may(words(2000)),
    url: may(words(3000)),
    style: may(oneOf('primary', 'danger')),
    accessibility_label: may(words(75)),
  }),
  overflow: shape<types.Overflow>({ action_id, confirm: may(confirm), options: need(list(linkOption, { max: 5 })) }),
  static_select: consistent(
    shape<types.StaticSelect>({ ...common, ...choice, placeholder, initial_option: may(plainOption) }),
  ),
  multi_static_select: consistent(
    shape<types.MultiStaticSelect>({
      ...common,
      ...choice,
      placeholder,
      initial_options: may(list(plainOption, { max: 100 })),
      max_selected_items,
    }),
  ),
  checkboxes: consistent(
    shape<types.Checkboxes>({
      ...common,
      options: need(list(anyOption, { max: 10 })),
      initial_options: may(list(anyOption, { max: 10 })),
    }),
  ),
  radio_buttons: consistent(
    shape<types.RadioButtons>({
      ...common,
      options: need(list(anyOption, { max: 10 })),
      initial_option: may(anyOption),
    }),
  ),
  users_select: shape<types.UsersSelect>({ ...users, initial_user: may(id) }),
  multi_users_select: shape<types.MultiUsersSelect>({ ...users, initial_users: may(list(id)), max_selected_items }),
  datepicker: shape<types.Datepicker>({
    ...common,
    placeholder,
    initial_date: may(matching(/^\d{4}-\d\d-\d\d$/, 'must be a date: YYYY-MM-DD')),
  }),
  timepicker: shape<types.Timepicker>({
    ...common,
    placeholder,
    initial_time: may(matching(/^\d\d:\d\d$/, 'must be a time: HH:mm')),
    timezone: may(words()),
  }),
  datetimepicker: shape<types.DateTimepicker>({
    ...common,
    initial_date_time: may(whole(1_000_000_000, 9_999_999_999)),
  }),
  plain_text_input: lengths(
    shape<types.PlainTextInput>({
      ...typing,
      initial_value: may(words(3000, 0)),
      multiline: may(flag),
      min_length: may(whole(0, 3000)),
      max_length: may(whole(1, 3000)),
    }),
  ),
  number_input: shape<types.NumberInput>({
    ...typing,
    is_decimal_allowed: need(flag),
    initial_value: may(matching(/^-?\d+(\.\d+)?$/, 'must be a number')),
    min_value: may(matching(/^-?\d+(\.\d+)?$/, 'must be a number')),
    max_value: may(matching(/^-?\d+(\.\d+)?$/, 'must be a number')),
  }),
  email_text_input: shape<types.EmailInput>({ ...typing, initial_value: may(words()) }),
  url_text_input: shape<types.URLInput>({ ...typing, initial_value: may(words()) }),
  rich_text_input: shape<types.RichTextInput>({
    ...typing,
    initial_value: may(richText),
    min_lines: may(whole(1, 100)),
    max_lines: may(whole(1, 100)),
  }),
};
