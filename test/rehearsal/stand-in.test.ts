import type { ObjectValue, Value } from '../../rehearsal/protocol/value';
import { UNKNOWN } from '../../rehearsal/protocol/value';
import { SchemaStore } from '../../rehearsal/schema/cache';
import type { Block } from '../../rehearsal/schema/model';
import { StandIn } from '../../rehearsal/stand-in/provider';
import { World } from '../../rehearsal/world/world';
import { ROOT } from './support/json-platform';

const TYPES = ['aws_sqs_queue', 'aws_eip', 'aws_db_instance', 'aws_vpc'];
const schemas = new Map<string, Block>();

beforeAll(async () => {
  const store = new SchemaStore(ROOT);
  for (const type of TYPES) {
    const schema = await store.find('aws', 'resource', type);
    if (schema) schemas.set(type, schema);
  }
});

function schemaOf(type: string): Block {
  const schema = schemas.get(type);
  if (!schema) throw new Error(`no schema of ${type}`);
  return schema;
}

/** A provider at work on a stack, in a run of its own: what earlier runs created, it has not met yet. */
function standIn(world: World, stack = 'network', region = 'eu-west-1', account?: string): StandIn {
  const provider = new StandIn('aws', world, { stack, seen: new Set() }, (_, type) => schemaOf(type));
  provider.configure({
    region,
    allowed_account_ids: account === undefined ? null : [account],
    default_tags: [{ tags: { platform: 'bulkhead' } }],
  });
  return provider;
}

/** A whole configuration: what is not stated is null. */
function configuration(type: string, stated: ObjectValue): ObjectValue {
  const { attributes, blocks } = schemaOf(type);
  return {
    ...Object.fromEntries(attributes.map(({ name }) => [name, null])),
    ...Object.fromEntries(blocks.map(({ name, nesting }) => [name, nesting === 'single' ? null : []])),
    ...stated,
  };
}

function create(
  provider: StandIn,
  type: string,
  stated: ObjectValue,
): { readonly state: ObjectValue; readonly uid: string } {
  const config = configuration(type, stated);
  const { planned } = provider.plan(type, null, config, '');
  const { state, uid } = provider.apply(type, null, planned, config, '');
  return { state: state as ObjectValue, uid };
}

describe('a stand-in of a provider', () => {
  it('knows region and tags when it plans, and the rest when it applies', () => {
    const provider = standIn(new World());
    const { planned } = provider.plan(
      'aws_sqs_queue',
      null,
      configuration('aws_sqs_queue', { name: 'a', tags: { team: 'x' } }),
      '',
    );
    expect(planned).toMatchObject({
      region: 'eu-west-1',
      tags_all: { platform: 'bulkhead', team: 'x' },
      arn: UNKNOWN,
      url: UNKNOWN,
    });
    expect(create(provider, 'aws_sqs_queue', { name: 'a' }).state).toMatchObject({
      arn: 'arn:aws:sqs:eu-west-1:111122223333:a',
      url: 'https://sqs.eu-west-1.amazonaws.com/111122223333/a',
    });
  });

  it('makes the same values in every new world', () => {
    expect(create(standIn(new World()), 'aws_vpc', { cidr_block: '10.0.0.0/16' }).state).toEqual(
      create(standIn(new World()), 'aws_vpc', { cidr_block: '10.0.0.0/16' }).state,
    );
  });

  it('tells objects of the same configuration apart', () => {
    const world = new World();
    const provider = standIn(world);
    const ids = [1, 2, 3].map(() => create(provider, 'aws_eip', { domain: 'vpc' }).state['id']);
    expect(new Set(ids).size).toBe(3);
    expect(world.size).toBe(3);
  });

  it('finds again what a killed run created and nobody noted', () => {
    const world = new World();
    const created = create(standIn(world), 'aws_eip', { domain: 'vpc' });
    expect(create(standIn(world), 'aws_eip', { domain: 'vpc' })).toEqual(created);
    expect(world.size).toBe(1);
  });

  it.each<[string, (run: StandIn, known: { state: ObjectValue; uid: string }) => Value]>([
    ['refreshed', (run, { state, uid }) => run.read('aws_eip', state, uid)],
    ['planned', (run, { state, uid }) => run.plan('aws_eip', state, state, uid).planned],
  ])('creates beside what a state knows, once that has been %s', (_, meet) => {
    const world = new World();
    const known = create(standIn(world), 'aws_eip', { domain: 'vpc' });
    const run = standIn(world);
    expect(meet(run, known)).toEqual(known.state);
    expect(create(run, 'aws_eip', { domain: 'vpc' }).state['id']).not.toBe(known.state['id']);
    expect(world.size).toBe(2);
  });

  it('takes nothing over from another stack, and says who has the name', () => {
    const world = new World();
    create(standIn(world, 'network'), 'aws_sqs_queue', { name: 'jobs' });
    expect(() => create(standIn(world, 'delivery'), 'aws_sqs_queue', { name: 'jobs' })).toThrow(
      'creating aws_sqs_queue (jobs): QueueAlreadyExists',
    );
  });

  it('lets accounts and regions have names of their own', () => {
    const world = new World();
    create(standIn(world), 'aws_sqs_queue', { name: 'jobs' });
    create(standIn(world, 'elsewhere', 'us-east-1'), 'aws_sqs_queue', { name: 'jobs' });
    create(standIn(world, 'other', 'eu-west-1', '222233334444'), 'aws_sqs_queue', { name: 'jobs' });
    expect(world.size).toBe(3);
  });

  it('reads null for what is gone', () => {
    const world = new World();
    const { state, uid } = create(standIn(world), 'aws_vpc', { cidr_block: '10.0.0.0/16' });
    world.remove(uid);
    expect(standIn(world).read('aws_vpc', state, uid)).toBeNull();
  });

  it('finds an object by its id where Terraform does not hand the uid back', () => {
    const world = new World();
    const { state } = create(standIn(world), 'aws_vpc', { cidr_block: '10.0.0.0/16' });
    expect(standIn(world).apply('aws_vpc', state, null, null, '')).toEqual({ state: null, uid: '' });
    expect(world.size).toBe(0);
  });

  it.each<[string, ObjectValue, string | undefined]>([
    [
      'protected',
      { deletion_protection: true, skip_final_snapshot: true },
      'Cannot delete protected DB Instance',
    ],
    [
      'without a final snapshot named or waived',
      { deletion_protection: false, skip_final_snapshot: false },
      'final_snapshot_identifier is required when skip_final_snapshot is false',
    ],
    ['with a final snapshot named', { final_snapshot_identifier: 'last' }, undefined],
    ['with the final snapshot waived', { skip_final_snapshot: true }, undefined],
  ])('deletes a database %s only as RDS would', (_, stated, message) => {
    const world = new World();
    const { state, uid } = create(standIn(world), 'aws_db_instance', {
      identifier: 'db',
      instance_class: 'db.t4g.micro',
      ...stated,
    });
    const remove = (): unknown => standIn(world).apply('aws_db_instance', state, null, null, uid);
    if (message === undefined) expect(remove()).toEqual({ state: null, uid: '' });
    else expect(remove).toThrow(message);
    expect(world.size).toBe(message === undefined ? 0 : 1);
  });

  it('refuses a provider block without a region, as the real one does', () => {
    const provider = new StandIn('aws', new World(), { stack: '', seen: new Set() }, (_, type) =>
      schemaOf(type),
    );
    expect(() => {
      provider.configure({ region: null });
    }).toThrow('names no region');
  });
});
