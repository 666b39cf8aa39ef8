/** The texts of a contract's document. */
export const textsIn = (document: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(JSON.parse(document) as Readonly<Record<string, unknown>>).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
