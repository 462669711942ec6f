/**
 * The text of a page as a person sees it. `htmlparser2` reads what real sites send; here it is decided what of it counts:
 * no scripts, no navigation, nothing that the page itself hides, and no characters without a shape. What people cannot
 * see when they look at the page, no model shall read either.
 */
import { Refusal } from 'baton';
import { Parser } from 'htmlparser2';
import { maxTextCharacters, tidy } from './tidy.ts';

const maxTitleCharacters = 200;

/** A page that is nested deeper is no page, and would take the parser long. */
const maxDepth = 500;

const silent = new Set(
  'script style noscript template svg iframe object canvas audio video nav footer form select textarea button'.split(
    ' ',
  ),
);

const blocks = new Set(
  (
    'address article aside blockquote br caption dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 ' +
    'header hr li main ol p pre section summary table td th tr ul title'
  ).split(' '),
);

const hides = /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

const isHidden = (name: string, { hidden, style, 'aria-hidden': aria }: Record<string, string>): boolean =>
  silent.has(name) || hidden !== undefined || aria === 'true' || (style !== undefined && hides.test(style));

/** Title and text of a page of HTML. */
export function readHtml(html: string): { title: string; text: string } {
  const parts: string[] = [];
  const titles: string[] = [];
  let depth = 0;
  /** The depth at which something silent began. */
  let silentAt: number | null = null;
  let isTitle = false;
  const parser = new Parser({
    onopentag: (name, attributes) => {
      depth += 1;
      if (depth > maxDepth) throw new Refusal('The page is nested too deeply to be read.');
      if (silentAt === null && isHidden(name, attributes)) silentAt = depth;
      isTitle = name === 'title' && silentAt === null;
      if (blocks.has(name)) parts.push('\n');
    },
    ontext: (text) => {
      if (silentAt === null) (isTitle ? titles : parts).push(text.replace(/\s+/g, ' '));
    },
    onclosetag: (name) => {
      if (silentAt === depth) silentAt = null;
      depth -= 1;
      isTitle = false;
      if (blocks.has(name)) parts.push('\n');
    },
  });
  parser.end(html);
  return { title: tidy(titles.join(''), maxTitleCharacters), text: tidy(parts.join(''), maxTextCharacters) };
}
