import { createHash } from 'node:crypto';
import { forceNewOf } from '../../terraform/force-new';
import { behaviourOf } from '../behaviour/index';
import { readDataSource } from '../behaviour/data-sources';
import { generatorFor } from '../behaviour/generate';
import {
  type ObjectValue,
  UNKNOWN,
  type Value,
  canonical,
  isList,
  isObject,
  sameValue,
} from '../protocol/value';
import type { Block, ProviderName } from '../schema/model';
import type { World, WorldObject } from '../world/world';
import { ProviderError } from './errors';
import { type ValuePath, conform, planBlock, replacedPaths, resolveUnknowns } from './plan';
import { type Session, UNCONFIGURED, configure } from './session';

/** What all provider instances that serve one stack share during one run. */
export interface StackRun {
  /** Name of the stack; empty when unknown, and then nothing is ever adopted. */
  readonly stack: string;
  /** Objects that Terraform's state turned out to know, or that this run created. */
  readonly seen: Set<string>;
}

export interface Plan {
  readonly planned: Value;
  readonly replaces: readonly ValuePath[];
}

export interface Applied {
  readonly state: Value;
  readonly uid: string;
}

/** One configured instance of a provider stand-in. Values in, values out: it knows nothing of the wire. */
export class StandIn {
  private session: Session = UNCONFIGURED;

  public constructor(
    private readonly provider: ProviderName,
    private readonly world: World,
    private readonly run: StackRun,
    private readonly schemaOf: (kind: 'resource' | 'data', type: string) => Block,
  ) {}

  /** @throws ProviderError when the real provider would refuse the block. */
  public configure(config: ObjectValue): void {
    const session = configure(this.provider, config);
    if (typeof session === 'string') throw new ProviderError(session);
    this.session = session;
  }

  /** The object as the world holds it, or null when it is gone. */
  public read(type: string, state: ObjectValue, uid: string): Value {
    const object = this.locate(type, state, uid);
    return object ? conform(this.schemaOf('resource', type), object.value) : null;
  }

  public plan(type: string, prior: Value, proposed: Value, uid: string): Plan {
    if (isObject(prior)) this.locate(type, prior, uid);
    if (!isObject(proposed)) return { planned: null, replaces: [] };
    const schema = this.schemaOf('resource', type);
    const planned = this.decidedAtPlan(schema, planBlock(schema, proposed, prior), proposed);
    if (!isObject(prior)) return { planned, replaces: [] };
    if (sameValue(planned, prior)) return { planned: prior, replaces: [] };
    return { planned, replaces: replacedPaths(forceNewOf(type, prior), prior, planned) };
  }

  /** @throws ProviderError when the API would refuse the change. */
  public apply(type: string, prior: Value, planned: Value, config: Value, uid: string): Applied {
    if (!isObject(planned)) {
      this.delete(type, prior, uid);
      return { state: null, uid: '' };
    }
    if (isObject(prior)) return this.update(type, prior, planned, uid);
    return this.create(type, planned, config);
  }

  public readData(type: string, config: ObjectValue): ObjectValue {
    const schema = this.schemaOf('data', type);
    return readDataSource(type, {
      config,
      schema,
      world: this.world,
      session: this.session,
      provider: this.provider,
    });
  }

  /** Values that the real provider already knows when it plans: the region, and tags with defaults merged in. */
  private decidedAtPlan(schema: Block, planned: ObjectValue, proposed: ObjectValue): ObjectValue {
    if (this.provider !== 'aws') return planned;
    const result: Record<string, Value> = { ...planned };
    if (result['region'] === UNKNOWN) result['region'] = this.session.region;
    if (schema.attributes.some(({ name, computed }) => name === 'tags_all' && computed)) {
      const tags = proposed['tags'] ?? {};
      result['tags_all'] = isObject(tags) ? { ...this.session.defaultTags, ...tags } : UNKNOWN;
    }
    return result;
  }

  private create(type: string, planned: ObjectValue, config: Value): Applied {
    const identity = digest(`${this.scope(planned)}|${type}|${canonical(config)}`);
    const orphan = this.orphan(type, identity);
    if (orphan) {
      this.run.seen.add(orphan.uid);
      return { state: conform(this.schemaOf('resource', type), orphan.value), uid: orphan.uid };
    }
    this.refuseDuplicate(type, planned);
    const twins = this.world
      .all(type)
      .filter((object) => object.identity === identity && object.stack === this.run.stack);
    const uid = digest(`${this.run.stack}|${type}|${identity}|${freeNumber(twins)}`);
    const value = this.complete(type, planned, uid);
    this.world.put({ uid, type, stack: this.run.stack, scope: this.scope(planned), identity, value });
    this.run.seen.add(uid);
    return { state: value, uid };
  }

  private update(type: string, prior: ObjectValue, planned: ObjectValue, uid: string): Applied {
    const object = this.locate(type, prior, uid);
    if (!object)
      throw new ProviderError(
        `${type} no longer exists`,
        'It is in the state but not in the simulated world. Run again to refresh the state.',
      );
    const value = this.complete(type, planned, object.uid);
    this.world.put({ ...object, value });
    return { state: value, uid: object.uid };
  }

  private delete(type: string, prior: Value, uid: string): void {
    if (!isObject(prior)) return;
    const object = this.locate(type, prior, uid);
    if (!object) return;
    const refusal = behaviourOf(type)?.refusesDelete?.(object.value);
    if (refusal !== undefined)
      throw new ProviderError(`deleting ${type} (${idOf(object.value)}): ${refusal}`);
    this.world.remove(object.uid);
  }

  private complete(type: string, planned: ObjectValue, uid: string): ObjectValue {
    const { account, partition } = this.session;
    const region = typeof planned['region'] === 'string' ? planned['region'] : this.session.region;
    const generate = generatorFor(
      this.provider,
      type,
      behaviourOf(type),
      planned,
      { region, account, partition },
      uid,
    );
    return resolveUnknowns(this.schemaOf('resource', type), planned, generate);
  }

  /**
   * An object that this very configuration created in an earlier run, and that no state has heard of since:
   * Terraform was killed between the creation and the note of it. Everything that a state knows is read or
   * planned before anything is created, so whatever this run has not met by now belongs to nobody.
   */
  private orphan(type: string, identity: string): WorldObject | undefined {
    if (this.run.stack === '') return undefined;
    return this.world
      .all(type)
      .find(
        (object) =>
          object.stack === this.run.stack && object.identity === identity && !this.run.seen.has(object.uid),
      );
  }

  /** @throws ProviderError when the name is taken. */
  private refuseDuplicate(type: string, planned: ObjectValue): void {
    const { name, error, within } = this.uniqueName(type, planned) ?? {};
    if (name === undefined) return;
    const scope = this.scope(planned);
    const taken = this.world
      .all(type)
      .find(
        (object) =>
          (within === 'world' ||
            object.scope === scope ||
            (within === 'account' && sameAccount(object.scope, scope))) &&
          this.uniqueName(type, object.value)?.name === name,
      );
    if (!taken) return;
    throw new ProviderError(
      `creating ${type} (${name}): ${error ?? ''}`,
      taken.stack === '' ? '' : `It was created by stack ${taken.stack}.`,
    );
  }

  /** The name that no second object may have; undefined when the object has none, or any number may share it. */
  private uniqueName(
    type: string,
    object: ObjectValue,
  ):
    | { readonly name: string; readonly error: string; readonly within: 'region' | 'account' | 'world' }
    | undefined {
    if (this.provider === 'kubernetes') {
      const metadata = isList(object['metadata']) ? object['metadata'][0] : undefined;
      if (!isObject(metadata) || typeof metadata['name'] !== 'string') return undefined;
      const namespace = typeof metadata['namespace'] === 'string' ? `${metadata['namespace']}/` : '';
      return {
        name: `${namespace}${metadata['name']}`,
        error: `"${metadata['name']}" already exists`,
        within: 'region',
      };
    }
    const unique = behaviourOf(type)?.unique;
    const parts = unique?.attributes.map((attribute) => object[attribute]) ?? [];
    const names = parts.filter((part): part is string => typeof part === 'string' && part !== '');
    if (!unique || names.length < parts.length) return undefined;
    return { name: names.join('/'), error: unique.error, within: unique.within ?? 'region' };
  }

  /** Where names must be unique: account and region, or the cluster. */
  private scope(object: ObjectValue): string {
    const { account, region, cluster } = this.session;
    if (this.provider !== 'aws') return cluster;
    return `${account}/${typeof object['region'] === 'string' ? object['region'] : region}`;
  }

  /** Finds the object behind a state: by its uid, or by its id where Terraform did not hand the uid back. */
  private locate(type: string, state: ObjectValue, uid: string): WorldObject | undefined {
    const object =
      this.world.get(uid) ??
      this.world.all(type).find(({ value }) => {
        const key = ['id', 'arn'].find((name) => typeof state[name] === 'string');
        return key === undefined ? sameValue(value, state) : value[key] === state[key];
      });
    if (object) this.run.seen.add(object.uid);
    return object;
  }
}

function sameAccount(left: string, right: string): boolean {
  return left.split('/')[0] === right.split('/')[0];
}

function idOf(object: ObjectValue): string {
  const id = object['id'] ?? object['arn'];
  return typeof id === 'string' ? id : '?';
}

/** Number of the next object with the same configuration; one that is free, for an older one may be gone. */
function freeNumber(twins: readonly WorldObject[]): string {
  return twins.length === 0
    ? ''
    : twins
        .map(({ uid }) => uid)
        .sort()
        .join('+');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
