/** Text objects, options and confirmations; the parts of rich text. */
import type { types } from '@slack/bolt';
import { flag, list, may, need, number, oneOf, pick, shape, typed, whole, words } from './check.ts';

const texts = (max: number, min = 1) => ({
  plain_text: shape<types.PlainTextElement>({ text: need(words(max, min)), emoji: may(flag) }),
  mrkdwn: shape<types.MrkdwnElement>({ text: need(words(max, min)), verbatim: may(flag) }),
});

export const text = (max: number) => typed(texts(max));
export const plain = (max: number, min = 1) => typed(pick(texts(max, min), 'plain_text'));

const option = (label: ReturnType<typeof typed>, url: boolean) =>
  shape<types.PlainTextOption>({
    text: need(label),
    value: may(words(150)),
    description: may(plain(75)),
    url: may(url ? words(3000) : (_, at, report) => report(at, 'only an overflow menu has options with a url')),
  });

export const plainOption = option(plain(75), false);
export const anyOption = option(text(75), false);
export const linkOption = option(plain(75), true);

export const optionGroup = shape<{ label: unknown; options: unknown }>({
  label: need(plain(75)),
  options: need(list(plainOption, { max: 100 })),
});

export const confirm = shape<types.ConfirmationDialog>({
  title: may(plain(100)),
  text: need(text(300)),
  confirm: may(plain(30)),
  deny: may(plain(30)),
  style: may(oneOf('primary', 'danger')),
});

const style = may(
  shape<NonNullable<types.RichTextText['style']>>({
    bold: may(flag),
    code: may(flag),
    italic: may(flag),
    strike: may(flag),
    underline: may(flag),
  }),
);

const parts = {
  text: shape<types.RichTextText>({ text: need(words()), style }),
  link: shape<types.RichTextLink>({ url: need(words(3000)), text: may(words()), unsafe: may(flag), style }),
  user: shape<types.RichTextUserMention>({ user_id: need(words()), style }),
  usergroup: shape<types.RichTextUsergroupMention>({ usergroup_id: need(words()), style }),
  channel: shape<types.RichTextChannelMention>({ channel_id: need(words()), style }),
  broadcast: shape<types.RichTextBroadcastMention>({ range: need(oneOf('here', 'channel', 'everyone')), style }),
  emoji: shape<types.RichTextEmoji>({ name: need(words()), unicode: may(words()), url: may(words()), style }),
  date: shape<types.RichTextDate>({
    timestamp: need(number),
    format: need(words()),
    url: may(words()),
    fallback: may(words()),
    style,
  }),
};

const border = may(whole(0, 1));
const section = shape<types.RichTextSection>({ elements: need(list(typed(parts), { min: 0 })) });

export const richText = typed({
  rich_text: shape<types.RichTextBlock>({
    block_id: may(words(255)),
    elements: need(
      list(
        typed({
          rich_text_section: section,
          rich_text_list: shape<types.RichTextList>({
            elements: need(list(typed({ rich_text_section: section }))),
            style: need(oneOf('bullet', 'ordered')),
            indent: may(whole(0, 8)),
            border,
          }),
          rich_text_quote: shape<types.RichTextQuote>({ elements: need(list(typed(parts), { min: 0 })), border }),
          rich_text_preformatted: shape<types.RichTextPreformatted>({
            elements: need(list(typed(pick(parts, 'text', 'link')), { min: 0 })),
            border,
          }),
        }),
      ),
    ),
  }),
});
