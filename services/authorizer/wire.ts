import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import protobuf from 'protobufjs/light';
import extAuthz from './ext-authz.json';
import health from './health.json';

/** A check as it comes: every part of it may be missing. Objects of maps have no prototype's names of their own. */
export interface CheckRequest {
  readonly attributes?: {
    readonly request?: {
      readonly http?: {
        readonly headers: Readonly<Record<string, string>>;
        readonly path: string;
        readonly host: string;
      } | null;
    } | null;
    readonly context_extensions: Readonly<Record<string, string>>;
  } | null;
}

export interface HealthCheckRequest {
  readonly service: string;
}

/** The types of a protocol that `npm run proto` wrote. */
const load = (descriptor: object): protobuf.Root => protobuf.Root.fromJSON(descriptor);

const authz = load(extAuthz);
const healthRoot = load(health);
const checkRequest = authz.lookupType('envoy.service.auth.v3.CheckRequest');
const checkResponse = authz.lookupType('envoy.service.auth.v3.CheckResponse');
const healthRequest = healthRoot.lookupType('grpc.health.v1.HealthCheckRequest');
const healthResponse = healthRoot.lookupType('grpc.health.v1.HealthCheckResponse');

/** `ServingStatus` of grpc.health.v1. */
export const SERVING_STATUS = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;
export type ServingStatus = (typeof SERVING_STATUS)[keyof typeof SERVING_STATUS];

/** Bytes of an answer to a check. */
export const encodeAnswer = (answer: object): Buffer => Buffer.from(checkResponse.encode(answer).finish());

/** What an answer's bytes say, as plain data. */
export const decodeAnswer = (bytes: Uint8Array): Record<string, unknown> =>
  checkResponse.toObject(checkResponse.decode(bytes));

/** Bytes of a check, for clients. */
export const encodeCheck = (check: object): Buffer => Buffer.from(checkRequest.encode(check).finish());

/** A method whose answers are given as bytes. */
const unary = (path: string) => ({
  path,
  requestStream: false,
  responseStream: false,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
});

/** envoy.service.auth.v3.Authorization. Answers are bytes: most of them are the same again and again. */
export const AUTHORIZATION = {
  check: {
    ...unary('/envoy.service.auth.v3.Authorization/Check'),
    requestSerialize: encodeCheck,
    requestDeserialize: (bytes: Buffer): CheckRequest => checkRequest.decode(bytes) as CheckRequest,
  },
} as const satisfies ServiceDefinition<Record<'check', UntypedHandleCall>>;

const healthCodec = {
  requestSerialize: (request: HealthCheckRequest) => Buffer.from(healthRequest.encode(request).finish()),
  requestDeserialize: (bytes: Buffer) => healthRequest.decode(bytes) as unknown as HealthCheckRequest,
  responseSerialize: (status: ServingStatus) => Buffer.from(healthResponse.encode({ status }).finish()),
  responseDeserialize: (bytes: Buffer) =>
    (healthResponse.decode(bytes) as unknown as { status: ServingStatus }).status,
};

/** grpc.health.v1.Health. */
export const HEALTH = {
  check: { ...unary('/grpc.health.v1.Health/Check'), ...healthCodec },
  watch: { ...unary('/grpc.health.v1.Health/Watch'), ...healthCodec, responseStream: true },
} as const satisfies ServiceDefinition<Record<'check' | 'watch', UntypedHandleCall>>;
