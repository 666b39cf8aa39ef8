/** A place in a write-ahead log as a number: `16/B374D848` has its upper and lower 32 bits on either side of the slash. */
export function lsnToNumber(lsn: string): bigint {
  const [, upper, lower] = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(lsn) ?? [];
  if (upper === undefined || lower === undefined)
    throw new Error(`${JSON.stringify(lsn)} is no place in a log`);
  return (BigInt(`0x${upper}`) << 32n) + BigInt(`0x${lower}`);
}

export const numberToLsn = (value: bigint): string =>
  `${(value >> 32n).toString(16).toUpperCase()}/${(value & 0xffffffffn).toString(16).toUpperCase()}`;
