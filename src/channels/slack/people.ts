/** Who somebody is to Baton, how they read, and how often a stranger is told that they are one. */
import type { Hall } from '../../contracts/channel.ts';
import type { Api } from './api.ts';
import type { Account } from './arrivals.ts';
import { pause } from './bolt.ts';
import type { Language } from './language.ts';

export interface People {
  personOf(account: Account): string | null;
  /** Who they are there: somebody of the configuration, a guest where everybody is welcome, or null. */
  idIn(account: Account, conversation: string): string | null;
  /** How Slack says that they read; English when it does not say so in time. */
  languageOf(account: Account): Promise<Language>;
  /** The same without asking, where there is no time to ask. */
  knownLanguageOf(account: Account): Language;
  /** Whether this stranger is told so now. */
  mayRefuse(account: Account): boolean;
  /** Nobody of the configuration, where not everybody is welcome. */
  isStranger(account: Account, conversation: string): boolean;
  idOf(account: Account): string;
}

const askMs = 1_000;
const keptMs = 3_600_000;
const keptAfterFailureMs = 60_000;
const refusalMs = 3_600_000;
const mostKept = 10_000;

export function createPeople(hall: Hall, api: Api): People {
  const languages = new Map<string, { language: Promise<Language>; until: number }>();
  const settled = new Map<string, Language>();
  const refused = new Map<string, number>();

  const ask = async (account: Account): Promise<Language> => {
    const asked = api.call('users.info', { user: account.user, include_locale: true });
    const result = await Promise.race([asked, pause(askMs).then(() => null)]);
    const kept = languages.get(account.user);
    if (kept && !result?.ok) kept.until = performance.now() + keptAfterFailureMs;
    const { locale } = ((result?.ok ? result.data.user : null) ?? {}) as { locale?: unknown };
    const language = typeof locale === 'string' && /^ru\b/i.test(locale) ? 'ru' : 'en';
    settled.set(account.user, language);
    return language;
  };

  const idOf = ({ team, user }: Account) => `${team}/${user}`;
  const idIn: People['idIn'] = (account, conversation) =>
    hall.personOf(idOf(account)) ?? hall.guest(idOf(account), conversation);
  return {
    personOf: (account) => hall.personOf(idOf(account)),
    idIn,
    isStranger: (account, conversation) => idIn(account, conversation) === null,
    idOf,
    languageOf: (account) => {
      const kept = languages.get(account.user);
      if (kept && kept.until > performance.now()) return kept.language;
      const fresh = { language: Promise.resolve<Language>('en'), until: performance.now() + keptMs };
      forget(languages);
      forget(settled);
      languages.set(account.user, fresh);
      fresh.language = ask(account);
      return fresh.language;
    },
    knownLanguageOf: ({ user }) => settled.get(user) ?? 'en',
    mayRefuse: (account) => {
      const id = idOf(account);
      if ((refused.get(id) ?? 0) > performance.now()) return false;
      forget(refused);
      refused.set(id, performance.now() + refusalMs);
      return true;
    },
  };
}

/** What is remembered for convenience is not remembered without end. */
function forget(kept: Map<string, unknown>): void {
  if (kept.size >= mostKept) kept.clear();
}
