import {
  type ObjectValue,
  type Value,
  decodeValue,
  encodeValue,
  fromJson,
  isList,
  isObject,
} from '../protocol/value';
import { wireSchema } from '../protocol/wire-schema';
import type { Block } from '../schema/model';
import { type ValuePath, conform, unconfigurable } from './plan';
import { ProviderError } from './errors';
import type { StandIn } from './provider';

/** Schemas of one provider for one stack: only the types that the stack uses. */
export interface Served {
  readonly provider: Block;
  readonly resources: ReadonlyMap<string, Block>;
  readonly data: ReadonlyMap<string, Block>;
}

/** What is the same when a change is planned and when it is applied. */
export interface Change {
  readonly type: string;
  /** Object that is changed; empty when one is created. */
  readonly uid: string;
  /** Planned state; when it is applied, unknown parts have become known. */
  readonly planned: Value;
}

/** Levers of a rehearsal that act on single calls. */
export interface Levers {
  /** Wait before every change, in milliseconds. */
  readonly latencyMs: number;
  /** Type whose plans are marked, so that the runner can tell which call belongs to the resource to fail. */
  readonly markType: string | undefined;
  /** Marks a plan and returns its number. */
  readonly mark: (change: Change) => string;
  /** Whether this change is the one that is to fail. */
  readonly fails: (change: Change) => boolean;
}

interface Dynamic {
  readonly msgpack: Uint8Array;
  readonly json: Uint8Array;
}

/** Fields that requests of the protocol have, as far as any handler here reads them. */
export interface Request {
  readonly type_name: string;
  readonly config: Dynamic;
  readonly prior_state: Dynamic;
  readonly current_state: Dynamic;
  readonly proposed_new_state: Dynamic;
  readonly planned_state: Dynamic;
  readonly raw_state: { readonly json: Uint8Array };
  readonly private: Uint8Array;
  readonly prior_private: Uint8Array;
  readonly planned_private: Uint8Array;
  readonly id: string;
}

export type Handler = (request: Request) => Promise<object> | object;

/** Prefix of the warning that carries a mark to the runner; the runner shows none of them. */
export const MARK_SUMMARY = 'bulkhead-rehearsal-mark ';

const ERROR = 1;
const WARNING = 2;

/** The protocol's methods, over one provider instance. Every refusal becomes a diagnostic. */
export function handlers(
  standIn: StandIn,
  served: Served,
  levers: Levers,
): Readonly<Record<string, Handler>> {
  const nothing: Handler = () => ({});
  const guarded =
    (handler: Handler): Handler =>
    async (request) => {
      try {
        return await handler(request);
      } catch (error) {
        return { diagnostics: [diagnosticOf(error)] };
      }
    };
  const resource = (type: string): Block => {
    const schema = served.resources.get(type);
    if (!schema) throw new ProviderError(`This rehearsal serves no resource type ${type}`);
    return schema;
  };
  return {
    GetProviderSchema: () => ({
      provider: wireSchema(served.provider),
      resource_schemas: wireSchemas(served.resources),
      data_source_schemas: wireSchemas(served.data),
      server_capabilities: { get_provider_schema_optional: true },
    }),
    ValidateProviderConfig: nothing,
    ValidateResourceConfig: guarded(({ type_name, config }) =>
      validation(served.resources.get(type_name), object(config)),
    ),
    ValidateDataResourceConfig: guarded(({ type_name, config }) =>
      validation(served.data.get(type_name), object(config)),
    ),
    GetFunctions: nothing,
    StopProvider: nothing,
    ConfigureProvider: guarded(({ config }) => {
      standIn.configure(object(config));
      return {};
    }),
    UpgradeResourceState: guarded(({ type_name, raw_state }) => {
      const state = fromJson(JSON.parse(Buffer.from(raw_state.json).toString('utf8'))) as ObjectValue;
      const schema = resource(type_name);
      return { upgraded_state: dynamic(conform(schema, typedDynamics(schema, state))) };
    }),
    ReadResource: guarded(({ type_name, current_state, ...request }) => {
      const state = standIn.read(type_name, object(current_state), textOf(request.private));
      return { new_state: dynamic(state), private: request.private };
    }),
    PlanResourceChange: guarded(({ type_name, prior_state, proposed_new_state, prior_private }) => {
      const prior = value(prior_state);
      const uid = isObject(prior) ? textOf(prior_private) : '';
      const plan = standIn.plan(type_name, prior, value(proposed_new_state), uid);
      const mark =
        type_name === levers.markType
          ? levers.mark({ type: type_name, uid, planned: plan.planned })
          : undefined;
      return {
        planned_state: dynamic(plan.planned),
        requires_replace: plan.replaces.map(wirePath),
        planned_private: Buffer.from(uid),
        diagnostics: mark === undefined ? [] : [{ severity: WARNING, summary: `${MARK_SUMMARY}${mark}` }],
      };
    }),
    ApplyResourceChange: async ({ type_name, prior_state, planned_state, config, planned_private }) => {
      const prior = value(prior_state);
      try {
        if (levers.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, levers.latencyMs));
        const uid = textOf(planned_private);
        const planned = value(planned_state);
        if (levers.fails({ type: type_name, uid, planned })) {
          throw new ProviderError(
            'Injected failure',
            'This rehearsal was asked to fail this resource (--fail).',
          );
        }
        const applied = standIn.apply(type_name, prior, planned, value(config), uid);
        return { new_state: dynamic(applied.state), private: Buffer.from(applied.uid) };
      } catch (error) {
        return { new_state: dynamic(prior), private: planned_private, diagnostics: [diagnosticOf(error)] };
      }
    },
    ImportResourceState: guarded(({ type_name, id }) => {
      throw new ProviderError(
        `A rehearsal cannot import ${type_name} ${id}`,
        'The simulated world holds only what rehearsals created. Leave import blocks out of a rehearsal.',
      );
    }),
    ReadDataSource: guarded(({ type_name, config }) => ({
      state: dynamic(standIn.readData(type_name, object(config))),
    })),
  };
}

/** The one check that Terraform leaves to the provider's SDK; the words are the SDK's. */
function validation(schema: Block | undefined, config: ObjectValue): object {
  const paths = schema ? unconfigurable(schema, config) : [];
  return {
    diagnostics: paths.map((path) => ({
      severity: ERROR,
      summary: 'Value for unconfigurable attribute',
      detail: `Can't configure a value for "${path.join('.')}": its value will be decided automatically based on the result of applying this configuration.`,
      attribute: wirePath(path),
    })),
  };
}

function wireSchemas(schemas: ReadonlyMap<string, Block>): object {
  return Object.fromEntries([...schemas].map(([type, schema]) => [type, wireSchema(schema)]));
}

function wirePath(path: ValuePath): object {
  return {
    steps: path.map((step) =>
      typeof step === 'number' ? { element_key_int: step } : { attribute_name: step },
    ),
  };
}

function value({ msgpack, json }: Dynamic): Value {
  if (msgpack.length > 0) return decodeValue(msgpack);
  return json.length > 0 ? fromJson(JSON.parse(Buffer.from(json).toString('utf8'))) : null;
}

function object(bytes: Dynamic): ObjectValue {
  const decoded = value(bytes);
  return isObject(decoded) ? decoded : {};
}

function dynamic(content: Value): object {
  return { msgpack: encodeValue(content) };
}

/**
 * In a state file a value of dynamic type is `{ type, value }`; on the wire it is a pair with the type as bytes. A
 * list of blocks that hold such a value is itself of dynamic type.
 */
function typedDynamics(block: Block, content: ObjectValue): ObjectValue {
  const result: Record<string, Value> = { ...content };
  const pair = (held: ObjectValue): Value => [
    Buffer.from(JSON.stringify(held['type'])),
    held['value'] ?? null,
  ];
  for (const { name, type } of block.attributes) {
    const held = content[name];
    if (type === 'dynamic' && isObject(held)) result[name] = pair(held);
  }
  for (const { name, nesting, block: inner } of block.blocks) {
    const held = content[name];
    if (isList(held)) result[name] = held.map((item) => (isObject(item) ? typedDynamics(inner, item) : item));
    else if (isObject(held)) result[name] = nesting === 'list' ? pair(held) : typedDynamics(inner, held);
  }
  return result;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function diagnosticOf(error: unknown): object {
  if (error instanceof ProviderError)
    return { severity: ERROR, summary: error.message, detail: error.detail };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    severity: ERROR,
    summary: 'The provider stand-in failed; this is a fault of the rehearsal itself',
    detail,
  };
}
