const POWERS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/**
 * What a quantity of Kubernetes amounts to: `250m` is 0.25, `1Gi` is 1,073,741,824. Source: "Quantity", Kubernetes API
 * reference.
 *
 * @throws Error for a text that is none
 */
export function quantity(text: string): number {
  const [, number, suffix = '', exponent = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))([numkMGTPE]|[KMGTPE]i)?([eE][+-]?\d+)?$/.exec(text) ?? [];
  // A suffix or an exponent, never both.
  if (number === undefined || (suffix !== '' && exponent !== ''))
    throw new Error(`not a quantity: '${text}'`);
  return Number(`${number}${exponent}`) * (POWERS[suffix] ?? 1);
}
