import { gatewaySchema } from '../schema/gateway';
import type { ConfigDocument } from './document';
import type { Problem } from './problem';

/** What gateways must keep across keys. */

/** In prod a pod in each zone: with fewer, the loss of one takes more than a third of them. */
const PROD_PODS = 3;

const FLEETS = ['shared', 'enterprise'] as const;

/** Rules of platform.yaml about each cell's gateways. */
export function checkGatewayRules(document: ConfigDocument, environment: string): Problem[] {
  return document.keys(['cells']).flatMap((cell) => {
    const path = ['cells', cell, 'gateway'];
    return [
      ...FLEETS.flatMap((fleet) => checkProxies(document, [...path, fleet], environment)),
      ...(environment === 'prod' ? checkAuthorizers(document, path) : []),
    ];
  });
}

function checkProxies(document: ConfigDocument, path: readonly string[], environment: string): Problem[] {
  const { shape } = gatewaySchema.shape.shared.def.innerType;
  const min = document.read([...path, 'minProxies'], shape.minProxies);
  const max = document.read([...path, 'maxProxies'], shape.maxProxies);
  return [
    ...(min !== undefined && max !== undefined && min > max
      ? [
          document.problem(
            [...path, document.at([...path, 'maxProxies']) === undefined ? 'minProxies' : 'maxProxies'],
            document.at([...path, 'maxProxies']) === undefined
              ? `must be at most maxProxies, ${max}, got ${min}`
              : `must be at least minProxies, ${min}, got ${max}`,
          ),
        ]
      : []),
    ...(environment === 'prod' && min !== undefined && min < PROD_PODS
      ? [
          document.problem(
            [...path, 'minProxies'],
            `must be at least ${PROD_PODS} in prod, one a zone, got ${min}; the loss of a zone must leave two thirds`,
          ),
        ]
      : []),
  ];
}

function checkAuthorizers(document: ConfigDocument, path: readonly string[]): Problem[] {
  const authorizers = document.read([...path, 'authorizers'], gatewaySchema.shape.authorizers);
  if (authorizers === undefined || authorizers >= PROD_PODS) return [];
  return [
    document.problem(
      [...path, 'authorizers'],
      `must be at least ${PROD_PODS} in prod, one a zone, got ${authorizers}; without them every call is refused`,
    ),
  ];
}
