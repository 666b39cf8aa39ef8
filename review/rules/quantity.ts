/** Suffixes of amounts. Source: "Resource units in Kubernetes" and "Quantity", Kubernetes docs. */
const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** An amount as Kubernetes writes it: `500m`, `40Gi`. Undefined if it is none. */
export function quantity(value: unknown): number | undefined {
  const [, number, suffix = ''] =
    /^(-?\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(
      (typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '').trim(),
    ) ?? [];
  const factor = SUFFIXES[suffix];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
