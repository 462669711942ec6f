/** What the channel itself says, beside what core gives it. A language that lacks a sentence does not compile. */

/** The verbs that a progress message offers. */
export const menuVerbs = ['status', 'why', 'trace', 'cancel'] as const;
export type MenuVerb = (typeof menuVerbs)[number];

export interface SlackWords {
  /** It is kept, and takes longer than a moment. */
  received: string;
  notRecorded: string;
  /** It was kept, and could not be handled yet. */
  later: string;
  failed: string;
  noTask: string;
  stranger: string;
  noText: string;
  /** The same values were refused before. */
  stillWrong: string;
  formExpired: string;
  openAgain: string;
  formTitle: string;
  send: string;
  close: string;
  loading: string;
  notNow: string;
  closed: string;
  tooLong: (characters: number) => string;
  elsewhere: (text: string) => string;
  cut: (characters: number) => string;
  more: (count: number) => string;
  wholeText: string;
  menu: Record<MenuVerb, string>;
}
