/** Where a web client may return to after sign-in and after sign-out. */
export interface WebUrls {
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
}

/** URLs of a web client; those of a host for a list that is empty. */
export const webUrls = (host: string, { callbackUrls, logoutUrls }: WebUrls): WebUrls => ({
  callbackUrls: callbackUrls.length > 0 ? callbackUrls : [`https://${host}/callback`],
  logoutUrls: logoutUrls.length > 0 ? logoutUrls : [`https://${host}/`],
});
