/** Config map in the gateways' namespace with a copy of the token issuer's public keys, and its key there. */
export const JWKS_MIRROR = { configMap: 'jwks-mirror', key: 'jwks' } as const;
