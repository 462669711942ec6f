import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countryCode } from '../../processes/supplier/countries.ts';
import { patterns } from '../../processes/supplier/message.ts';
import { similarity } from '../../processes/supplier/names.ts';
import { bankAccount, ending, taxNumber } from '../../processes/supplier/numbers.ts';
import { assess, type Facts } from '../../processes/supplier/risk.ts';
import { nearFrom, screen } from '../../processes/supplier/sanctions.ts';

const same: [string, string][] = [
  ['ООО «Змей Горыныч Экспорт»', 'Zmey Gorynych Export'],
  ['EXPORT ZMEI-GORYNYCH, OOO', 'Zmey Gorynych Export'],
  ['Zmej Gorinich Eksport Ltd.', 'Змей Горыныч Экспорт'],
  ['Bagrianaia Alebarda LLC', 'Багряная Алебарда'],
  ['Темнозоров, Виктор', 'Viktor Temnozorov'],
  ['Victor TEMNOZOROV', 'Viktor Temnozorov'],
  ['Хрусталёв и Щукин', 'Khrustalyov & Shchukin'],
  ['Müller & Söhne GmbH & Co. KG', 'MUELLER UND SÖHNE'.replace('UE', 'U')],
  ['Immortal Needle S.A.', 'Immortal Needle Ltd'],
  ['Łódź Stal Sp. z o.o.', 'Lodz Stal'],
];

const near: [string, string][] = [
  ['Змей Горыныч', 'Zmey Gorynych Export'],
  ['Zmey Gorynych International Export Company', 'Zmey Gorynych Export'],
  ['Змеегорыныч Экспорт', 'Zmey Gorynych Export'],
  ['Temnosorov Viktor', 'Виктор Темнозоров'],
  ['Темнозоров Виктор Петрович', 'Viktor Temnozorov'],
  ['Crimson Halbert Trading', 'Crimson Halberd Trading'],
  ['State Arms Agency of Umbrovia', 'Umbrovia State Arms Agency'],
];

const different: [string, string][] = [
  ['Müller Logistik GmbH', 'Rotbart Schwanensee Maschinen GmbH'],
  ['Crimson Trading', 'Crimson Halberd Trading'],
  ['Halberd Consulting', 'Crimson Halberd Trading'],
  ['Viktor Petrov', 'Viktor Temnozorov'],
  ['Темнозоров', 'Viktor Temnozorov'],
  ['Immortal Poodle Ltd', 'Immortal Needle Ltd'],
  ['Общество с ограниченной ответственностью «Ромашка»', 'Общество с ограниченной ответственностью «Кощей»'],
  ['Export Import Trading LLC', 'Zmey Gorynych Export'],
  ['ООО', 'АО «Змей Горыныч Экспорт»'],
];

test('a name is the same whatever its alphabet, case, legal form and order of words', () => {
  for (const [name, listed] of same) assert.equal(similarity(name, listed), 1, `${name} | ${listed}`);
});

test('a name with a slip, a word more or a word less is near, and not the same', () => {
  for (const [name, listed] of near) {
    const found = similarity(name, listed);
    assert.ok(found >= nearFrom && found < 1, `${name} | ${listed}: ${found}`);
  }
});

test('names that share a word are not near', () => {
  for (const [name, listed] of different) {
    assert.ok(similarity(name, listed) < nearFrom, `${name} | ${listed}: ${similarity(name, listed)}`);
  }
});

test('the entry that is most alike is named', () => {
  assert.deepEqual(screen('Ротбарт Шванензее'), { entry: 'SL-006', listed: 'Ротбарт Шванензее', similarity: 1 });
  assert.equal(screen('Ромашка'), null);
});

test('a tax number is taken by its check digits', () => {
  const right: [string, string, string | null][] = [
    ['7707083893', '7707083893', 'RU'],
    ['RU 500100732259', '500100732259', 'RU'],
    ['de 136 695 976', 'DE136695976', 'DE'],
    ['GB 434 0314 94', 'GB434031494', 'GB'],
    ['EL094259216', 'EL094259216', 'GR'],
    ['US 12-3456789', 'US123456789', null],
  ];
  for (const [text, number, country] of right) assert.deepEqual(taxNumber(text), { number, country }, text);
  const wrong = ['7707083894', '770708389', '500100732258', 'DE136695977', 'GB434031495', 'DE1', '?', ''];
  for (const text of wrong) assert.equal(taxNumber(text), null, text);
});

test('an account is taken by its check digits, a Russian one with its BIK', () => {
  assert.deepEqual(bankAccount('IBAN: DE89 3704 0044 0532 0130 00'), {
    number: 'DE89370400440532013000',
    country: 'DE',
  });
  const russian = { number: '40702810400000000225/044525225', country: 'RU' };
  assert.deepEqual(bankAccount('40702810400000000225, БИК 044525225'), russian);
  const beside = 'БИК 044525225, к/с 30101810400000000225, р/с 40702810400000000225';
  assert.deepEqual(bankAccount(beside), russian);
  const wrong = [
    'DE89 3704 0044 0532 0130 01',
    'DE89 3704',
    '40702810500000000225, БИК 044525225',
    '40702810400000000225, БИК 044525593',
    '40702810400000000225',
    '',
  ];
  for (const text of wrong) assert.equal(bankAccount(text), null, text);
  assert.deepEqual([russian.number, 'DE89370400440532013000'].map(ending), ['…0225', '…3000']);
});

test('a country is known by its names and its letters', () => {
  const codes = ['Германия', 'germany', 'DE', 'Россия', 'РФ', 'UK', 'Czech Republic', 'Нидерланды'].map(countryCode);
  assert.deepEqual(codes, ['DE', 'DE', 'DE', 'RU', 'RU', 'GB', 'CZ', 'NL']);
  assert.deepEqual(['Umbrovia', 'EU', 'SU', ''].map(countryCode), [null, null, null, null]);
});

const calm: Facts = {
  country: 'DE',
  taxId: 'DE136695976',
  account: 'DE89370400440532013000',
  email: 'ap@mueller.example',
  match: null,
  knownDomain: true,
};
const match = { entry: 'SL-001', listed: 'X', similarity: 0.9 };

test('every point of the score has its reason, and the score names the level', () => {
  const scored = (more: Partial<Facts>) => {
    const { score, level, reasons } = assess({ ...calm, ...more });
    const sum = reasons.reduce((at, reason) => at + Number(/\+(\d+)/.exec(reason)?.[1]), 0);
    assert.equal(Math.min(sum, 100), score, reasons.join());
    return [score, level];
  };
  assert.deepEqual(scored({}), [0, 'low']);
  assert.deepEqual(scored({ knownDomain: false }), [10, 'low']);
  assert.deepEqual(scored({ email: 'a@gmail.com', knownDomain: false }), [20, 'low']);
  assert.deepEqual(scored({ account: 'GB29NWBK60161331926819' }), [30, 'medium']);
  assert.deepEqual(scored({ taxId: 'GB434031494' }), [30, 'medium']);
  assert.deepEqual(scored({ taxId: 'GB434031494', account: 'GB29NWBK60161331926819' }), [60, 'high']);
  assert.deepEqual(scored({ taxId: 'US123456789' }), [20, 'low']);
  assert.deepEqual(scored({ match }), [60, 'high']);
  assert.deepEqual(scored({ taxId: '7707083894' }), [60, 'high']);
  assert.deepEqual(scored({ account: 'DE00370400440532013000' }), [60, 'high']);
  assert.deepEqual(scored({ country: 'KP', match }), [100, 'high']);
});

/** The fields that a text gives; null when it does not ask for a supplier. */
const read = (text: string) => {
  const groups = patterns[0]!.exec(text)?.groups;
  return groups ? Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined)) : null;
};

test('a message is read in both languages, on one line or on several', () => {
  const mueller = {
    name: 'Müller Logistik GmbH',
    country: 'Germany',
    taxId: 'DE136695976',
    account: 'DE89 3704 0044 0532 0130 00',
    email: 'ap@mueller.example',
  };
  const { name, country, taxId, account, email } = mueller;
  assert.deepEqual(read(`New supplier: ${name}, ${country}, VAT ${taxId}, IBAN ${account}, ${email}`), mueller);
  assert.deepEqual(read(`New supplier: ${name} VAT ${taxId} IBAN ${account} ${email}, ${country}`), mueller);
  assert.deepEqual(
    read(`please register a new vendor\nE-mail: ${email}\nIBAN: ${account}\nTax ID: ${taxId}
Country: ${country}.\nName: ${name}`),
    mueller,
  );
  const chamomile = {
    name: 'ООО «Ромашка»',
    country: 'Россия',
    taxId: '7707083893',
    account: '40702810400000000225 в ПАО «Пример», к/с 30101810400000000225, БИК 044525225',
    email: 'zakaz@romashka.example',
  };
  assert.deepEqual(
    read(`Новый поставщик: ${chamomile.name}, Россия, ИНН 7707083893, р/с ${chamomile.account},
${chamomile.email}`),
    chamomile,
  );
  assert.deepEqual(
    read(`Добавь нового поставщика\nНазвание: ${chamomile.name}\nСтрана: Россия
ИНН/КПП: 7707083893/770701001\nр/с ${chamomile.account}\nПочта: ${chamomile.email}`),
    chamomile,
  );
});

test('what a message does not say, or says in part, is left out', () => {
  assert.deepEqual(read('New supplier'), {});
  assert.deepEqual(read('We have a new supplier for our office, in a country that I forgot'), {});
  assert.deepEqual(read('Заведи поставщика, р/с 40702810400000000225'), {});
  assert.deepEqual(read('New supplier: VAT DE136695976'), { taxId: 'DE136695976' });
  assert.equal(read('Our supplier is late'), null);
  assert.equal(read('поставщик опоздал'), null);
});

test('a text of the greatest length is read at once', () => {
  const started = performance.now();
  read(`new supplier ${'country: a1 '.repeat(330)}`);
  read(`new supplier ${'DE89 3704 '.repeat(390)}`);
  read(`new supplier ${'1'.repeat(3_900)}`);
  assert.ok(performance.now() - started < 2_000);
});
