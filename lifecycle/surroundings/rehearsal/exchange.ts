/** A call, as a stand-in gets it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What it answers, in JSON. */
export interface Reply {
  readonly status: number;
  readonly body: object;
}

/**
 * The web as a stand-in of it sees it, for programs that call by `fetch`. Nothing leaves the process.
 *
 * @param answer told the host that is called
 */
export const exchange =
  (answer: (host: string, request: Received) => Reply | Promise<Reply>) =>
  async (url: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> => {
    const { host, pathname } = new URL(url);
    const request = {
      ...{ method, path: pathname, body: typeof body === 'string' ? body : '' },
      headers: { ...Object.fromEntries(new Headers(headers)), host },
    };
    const { status, body: answered } = await answer(host, request);
    return Response.json(answered, { status });
  };
