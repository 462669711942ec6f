/** Amounts between text and micro-units, without a binary fraction on the way. */

const unit = 1_000_000n;

/** `12`, `12.5`, `0.000001`; null for what is no such number. */
export function readMicro(text: string): bigint | null {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  return whole === undefined ? null : BigInt(whole) * unit + BigInt(fraction.padEnd(6, '0'));
}

/** Exactly, for programs: `182.172375`. */
export const exact = (micro: bigint): string => `${micro / unit}.${String(micro % unit).padStart(6, '0')}`;

export const grouped = (value: bigint): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** For people: to the hundredth, and from a million on without it. */
export function rounded(micro: bigint): string {
  const hundredths = (micro + 5_000n) / 10_000n;
  if (hundredths >= 100_000_000n) return grouped((micro + unit / 2n) / unit);
  return `${grouped(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, '0')}`;
}

/** A price: at least two digits behind the point, and as many more as it has. */
export const price = (micro: bigint): string => exact(micro).replace(/(\.\d\d\d*?)0+$/, '$1');
