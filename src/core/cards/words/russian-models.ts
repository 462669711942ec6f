import type { ModelWords } from './models.ts';
import { pluralsOf } from './plural.ts';

const locale = 'ru-RU';
const plural = pluralsOf<'one' | 'few' | 'many'>(locale);
const number = new Intl.NumberFormat(locale).format;
const tokenForms = { one: 'токен', few: 'токена', many: 'токенов' };
const units: Record<string, string> = { tokens: 'токенам', calls: 'вызовам' };

export const russianModels: ModelWords = {
  failures: {
    model_missing: 'Спланировать это может только модель, а она не подключена',
    model_unreachable: 'Не удалось связаться с моделью',
    model_unavailable: 'Модель сейчас недоступна',
    model_throttled: 'Модель попросила повторить позже',
    model_quota: 'На счёте у поставщика модели ничего не осталось',
    model_unauthorised: 'Поставщик модели не принимает ключ',
    model_rejected: 'Поставщик модели не принял запрос',
    model_refused: 'Модель отказалась отвечать',
    model_filtered: 'Ответ модели задержал фильтр',
    model_truncated: 'Ответ модели оборвался',
    model_malformed: 'Ответ модели не той формы, о которой просили',
    budget_soft: 'Достигнут мягкий лимит',
    budget_exceeded: 'Достигнут жёсткий лимит денег, токенов или вызовов',
  },
  taken: (money, tokens, calls) =>
    [
      ...(money === '' ? [] : [money]),
      ...(calls === 0
        ? []
        : [
            `${number(tokens)} ${plural(tokens, tokenForms)} за ${number(calls)} ${plural(calls, { one: 'вызов', few: 'вызова', many: 'вызовов' })} моделей`,
          ]),
    ].join(', '),
  nothingTaken: 'Ничего: к моделям не обращались, платных агентов нет',
  unpriced: (calls) =>
    `${number(calls)} ${plural(calls, { one: 'вызов', few: 'вызова', many: 'вызовов' })} по неизвестной цене (н/д)`,
  noPrice: 'н/д',
  standIn: (provider, instead) => `${provider} ответил вместо ${instead}, который не смог`,
  about: { answer: 'недостающие данные', plan: 'план', budget: 'бюджет' },
  titles: { plan: 'План не прошёл проверку', budget: 'Может выйти дороже, чем намечено. Продолжать?' },
  does: {
    edit: 'взять ваш план, если он пройдёт проверку',
    retry: 'дать модели ещё одну попытку',
    stop: 'завершить запуск и отменить сделанное',
    approve: 'продолжить, но не дальше жёсткого лимита',
  },
  facts: {
    cost: 'Стоимость',
    taken: 'Потрачено',
    briefing: 'Модель пишет',
    proposal: 'Модель предлагает',
    closing: 'Коротко',
    finding: 'Против плана',
  },
  by: (text, by) => `${text} (написано моделью ${by}, не проверено)`,
  called: (purpose, by, tokens, cost) => `${purpose}: ${by}, ${tokens}${cost === '' ? '' : `, ${cost}`}`,
  tokens: (count, cached) =>
    `${number(count)} ${plural(count, tokenForms)}${cached > 0 ? ` (${number(cached)} из кэша)` : ''}`,
  limit: (scope, limit, unit) =>
    `Достигнут ${limit === 'soft' ? 'мягкий' : 'жёсткий'} лимит ${scope === 'run' ? 'запуска' : 'дня'} по ${units[unit] ?? unit}`,
  refused: (by, findings) =>
    `План (${by}) отклонён: ${number(findings)} ${plural(findings, { one: 'замечание', few: 'замечания', many: 'замечаний' })}`,
};
