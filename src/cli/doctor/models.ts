/** The models that the settings turn on: whether their providers know us, and what each tier is and costs. */
import type { ModelsDefinition } from '../../contracts/models-config.ts';
import type { Price } from '../../contracts/price.ts';
import { count, type Finding, fine, wrong } from '../../core/doctor/finding.ts';
import { price as amount } from '../../core/estimate/amount.ts';
import type { ModelSettings } from '../../model-settings.ts';
import { dayOf } from '../../models/money.ts';
import { priceTables } from '../../models/prices/tables.ts';
import { resolveTiers, type Seat, type TierView, viewTiers } from '../../models/tiers.ts';
import { gigachatModels, type Listing, openaiModels } from './provider.ts';

const keys: Readonly<Record<string, string>> = { openai: 'OPENAI_API_KEY', gigachat: 'GIGACHAT_AUTH_KEY' };

/** `tiers`: the `models` of the configuration; null when that does not hold. */
export async function checkModels(
  { openai, gigachat }: ModelSettings,
  tiers: ModelsDefinition | null,
): Promise<Finding[]> {
  const asked = await Promise.all([
    openai && openaiModels(openai).then((listing) => ['openai', listing] as const),
    gigachat && gigachatModels(gigachat).then((listing) => ['gigachat', listing] as const),
  ]);
  const listings = new Map(asked.flatMap((one) => (one ? [one] : [])));
  if (listings.size === 0) {
    const names = Object.values(keys).join(' or ');
    return [
      fine('models', `rules: no model is asked, tasks are understood by their patterns; ${names} turns models on`),
    ];
  }
  const found = [...listings].map(([provider, listing]) => ofProvider(provider, listing));
  if (!tiers) return found;
  const views = viewTiers(resolveTiers(tiers, [...listings.keys()], priceTables), priceTables, dayOf(Date.now()));
  return [...found, ...views.flatMap((view) => ofTier(view, listings))];
}

function ofProvider(provider: string, listing: Listing): Finding {
  const prefix = provider.toUpperCase();
  if ('models' in listing) return fine(provider, `the key is accepted; ${count(listing.models.length, 'model')}`);
  if ('trouble' in listing && listing.trouble === 'certificate') {
    const advice =
      provider === 'gigachat'
        ? 'set GIGACHAT_CA_FILE to the root certificate that the provider publishes'
        : 'set NODE_EXTRA_CA_CERTS to the certificate of who signs here, or correct OPENAI_BASE_URL';
    return wrong(provider, 'its certificate is signed by nobody who is trusted here', advice);
  }
  if ('trouble' in listing) {
    const addresses =
      provider === 'gigachat'
        ? 'GIGACHAT_AUTH_URL and GIGACHAT_BASE_URL if they are set'
        : `${prefix}_BASE_URL if it is set`;
    const advice = `check the network of this machine, and ${addresses}`;
    return wrong(provider, 'the provider could not be reached', advice);
  }
  const { status } = listing;
  if (status === 429 || status >= 500) {
    const advice = 'look again in a minute: of the key it says nothing';
    return wrong(provider, `the provider does not answer now (${status})`, advice);
  }
  if ([400, 401, 403].includes(status)) {
    const also = provider === 'gigachat' ? ', and GIGACHAT_SCOPE to what it was made for' : '';
    return wrong(provider, `the key is refused (${status})`, `set ${keys[provider]} to a key that is valid${also}`);
  }
  const advice = `correct ${prefix}_BASE_URL: below it there should be /models`;
  return wrong(provider, `what answers there has no list of models (${status})`, advice);
}

function ofTier({ tier, first, fallback }: TierView, listings: ReadonlyMap<string, Listing>): Finding[] {
  if (!first) return [];
  const seats = typeof fallback === 'string' ? [first] : [first, fallback];
  const standsIn = typeof fallback === 'string' ? fallback : `${nameOf(fallback)}, ${costs(fallback.price)}`;
  const text = `${tier}: ${nameOf(first)}, ${costs(first.price)}; else ${standsIn}`;
  return [
    fine('models', text),
    ...seats.flatMap((seat): Finding[] => {
      if (!seat.hasKey) {
        const advice = `set ${keys[seat.provider]}, or name another provider in \`models\``;
        return [wrong('models', `${tier}: there is no key for ${nameOf(seat)}`, advice)];
      }
      const listing = listings.get(seat.provider);
      if (!listing || !('models' in listing) || listing.models.includes(seat.model)) return [];
      const advice = 'name one of its models in `models`, or ask the provider for this one';
      return [wrong('models', `${tier}: ${seat.provider} does not list ${seat.model} for this key`, advice)];
    }),
  ];
}

const nameOf = ({ provider, model }: Seat): string => `${provider}/${model}`;

/** For a million tokens. A price is only as good as who says so. */
function costs(price: Price | null): string {
  if (!price) return 'price n/a (limits of money do not see it, those of tokens and calls do)';
  const { input, output, currency, from, certainty } = price;
  return `${amount(input)} in and ${amount(output)} out ${currency} (${certainty}, from ${from})`;
}
