import { UNKNOWN } from '../../rehearsal/protocol/value';
import type { Attribute, Block } from '../../rehearsal/schema/model';
import {
  conform,
  planBlock,
  replacedPaths,
  resolveUnknowns,
  unconfigurable,
} from '../../rehearsal/stand-in/plan';

const settable = (name: string): Attribute => ({
  name,
  type: 'string',
  required: false,
  optional: true,
  computed: false,
});
const computed = (name: string): Attribute => ({
  name,
  type: 'string',
  required: false,
  optional: false,
  computed: true,
});
const either = (name: string): Attribute => ({
  name,
  type: 'string',
  required: false,
  optional: true,
  computed: true,
});

const SCHEMA: Block = {
  attributes: [
    computed('id'),
    settable('name'),
    either('zone'),
    { ...settable('password_wo'), writeOnly: true },
  ],
  blocks: [
    {
      name: 'rule',
      nesting: 'list',
      min: 0,
      max: 0,
      block: { attributes: [settable('port'), computed('rule_id')], blocks: [] },
    },
    {
      name: 'member',
      nesting: 'set',
      min: 0,
      max: 0,
      block: { attributes: [settable('user'), computed('since')], blocks: [] },
    },
    {
      name: 'extra',
      nesting: 'map',
      min: 0,
      max: 0,
      block: { attributes: [settable('a'), computed('b')], blocks: [] },
    },
  ],
};

const NOTHING = { id: null, name: null, zone: null, password_wo: null, rule: [], member: [], extra: {} };

describe('planning', () => {
  it('leaves to the provider what it decides and configuration does not', () => {
    expect(planBlock(SCHEMA, { ...NOTHING, name: 'a' }, null)).toEqual({
      ...NOTHING,
      id: UNKNOWN,
      name: 'a',
      zone: UNKNOWN,
    });
    expect(planBlock(SCHEMA, { ...NOTHING, zone: 'z' }, null)).toMatchObject({ zone: 'z' });
  });

  it('does so inside lists, sets and maps of blocks', () => {
    const planned = planBlock(
      SCHEMA,
      {
        ...NOTHING,
        rule: [{ port: '1', rule_id: null }],
        member: [{ user: 'u', since: null }],
        extra: { k: { a: '1', b: null } },
      },
      null,
    );
    expect(planned).toMatchObject({
      rule: [{ port: '1', rule_id: UNKNOWN }],
      member: [{ user: 'u', since: UNKNOWN }],
      extra: { k: { a: '1', b: UNKNOWN } },
    });
  });

  it('keeps what an existing object has, and leaves open only what is new in it', () => {
    const prior = { ...NOTHING, id: 'i', zone: null, rule: [{ port: '1', rule_id: 'r' }] };
    expect(
      planBlock(
        SCHEMA,
        {
          ...prior,
          rule: [
            { port: '1', rule_id: 'r' },
            { port: '2', rule_id: null },
          ],
        },
        prior,
      ),
    ).toEqual({
      ...prior,
      rule: [
        { port: '1', rule_id: 'r' },
        { port: '2', rule_id: UNKNOWN },
      ],
    });
  });

  it('finds an element of a set again by what is configured, in sets within sets too', () => {
    const inner = { name: 'copy', nesting: 'set', min: 0, max: 0 } as const;
    const outer = { name: 'rule', nesting: 'set', min: 0, max: 0 } as const;
    const copy: Block = { attributes: [settable('to'), either('archive')], blocks: [] };
    const rule: Block = { attributes: [settable('at')], blocks: [{ ...inner, block: copy }] };
    const schema: Block = { attributes: [], blocks: [{ ...outer, block: rule }] };
    const stored = { rule: [{ at: '5', copy: [{ to: 'west', archive: 'no' }] }] };
    const proposed = (to: string) => ({ rule: [{ at: '5', copy: [{ to, archive: null }] }] });
    expect(planBlock(schema, proposed('west'), stored)).toEqual(stored);
    expect(planBlock(schema, proposed('east'), stored)).toEqual({
      rule: [{ at: '5', copy: [{ to: 'east', archive: UNKNOWN }] }],
    });
  });

  it('forgets write-only values', () => {
    expect(planBlock(SCHEMA, { ...NOTHING, password_wo: 'secret' }, null)['password_wo']).toBeNull();
  });
});

describe('applying', () => {
  it('asks for every unknown once, by its path', () => {
    const asked: string[] = [];
    const planned = {
      ...NOTHING,
      id: UNKNOWN,
      rule: [{ port: '1', rule_id: UNKNOWN }],
      extra: { k: { a: null, b: UNKNOWN } },
    };
    const applied = resolveUnknowns(SCHEMA, planned, ({ name }, path) => {
      asked.push(path.join('.'));
      return `made-${name}`;
    });
    expect(asked).toEqual(['id', 'rule.0.rule_id', 'extra.k.b']);
    expect(applied).toEqual({
      ...NOTHING,
      id: 'made-id',
      rule: [{ port: '1', rule_id: 'made-rule_id' }],
      extra: { k: { a: null, b: 'made-b' } },
    });
  });
});

describe('replacing', () => {
  it.each([
    ['an attribute that changed', ['name'], { name: 'a' }, { name: 'b' }, [['name']]],
    ['an attribute that did not', ['name'], { name: 'a' }, { name: 'a' }, []],
    [
      'an attribute of the first block',
      ['rule.port'],
      { rule: [{ port: '1' }] },
      { rule: [{ port: '2' }] },
      [['rule', 0, 'port']],
    ],
    ['a block that was added', ['rule.port'], { rule: [] }, { rule: [{ port: '2' }] }, [['rule']]],
    ['a value that is not known yet', ['name'], { name: 'a' }, { name: UNKNOWN }, [['name']]],
  ])('points at %s', (_, forceNew, prior, planned, expected) => {
    expect(replacedPaths(forceNew, prior, planned)).toEqual(expected);
  });
});

describe('other checks of a provider', () => {
  it('finds values set for what only the provider decides', () => {
    expect(
      unconfigurable(SCHEMA, { ...NOTHING, id: 'x', zone: 'z', rule: [{ port: '1', rule_id: 'r' }] }),
    ).toEqual([['id'], ['rule', 0, 'rule_id']]);
  });

  it('brings an older object into the form of the schema in force', () => {
    expect(conform(SCHEMA, { id: 'i', gone: 1, rule: [{ port: '1', gone: 2 }] })).toEqual({
      ...NOTHING,
      id: 'i',
      rule: [{ port: '1', rule_id: null }],
      extra: null,
    });
  });
});
