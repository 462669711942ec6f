/** The app's Home tab: what waits for the one who looks at it, and what runs. */
import type { types } from '@slack/bolt';
import type { HomeView } from '../../contracts/channel.ts';
import { type Language, slackWordsIn } from './language.ts';
import { most } from './limits.ts';
import { plainText } from './render.ts';
import { fit, label } from './texts.ts';

const mostListed = 40;

export function homeOf(view: HomeView, language: Language): types.HomeView {
  const words = slackWordsIn(language);
  const { waiting, running, headings } = view;
  const more = (count: number) => (count > mostListed ? [section(words.more(count - mostListed))] : []);
  const open = (code: string): types.Button => ({
    type: 'button',
    action_id: 'open',
    text: plainText(label(headings.open, most.buttonText)),
    value: code,
  });
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: plainText(label(view.title, most.header)) },
      section(waiting.length === 0 ? view.nothingWaits : headings.waiting),
      ...waiting
        .slice(0, mostListed)
        .map(({ code, title }) => ({ ...section(fit(`${title} (${code})`, 300, words)), accessory: open(code) })),
      ...more(waiting.length),
      { type: 'divider' },
      section(running.length === 0 ? view.nothingRuns : headings.running),
      ...running.slice(0, mostListed).map(({ title, status }) => section(fit(`${title} — ${status}`, 300, words))),
      ...more(running.length),
    ],
  };
}

/** One line, for those who see nothing else. */
export const homeLine = (text: string): types.HomeView => ({ type: 'home', blocks: [section(text)] });

const section = (text: string): types.SectionBlock => ({ type: 'section', text: plainText(text || '–') });
