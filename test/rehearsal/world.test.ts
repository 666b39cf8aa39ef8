import * as fs from 'node:fs';
import * as path from 'node:path';
import { World, type WorldObject } from '../../rehearsal/world/world';
import { scratchFolder } from './support/json-platform';

function object(uid: string, type = 'aws_vpc'): WorldObject {
  return {
    uid,
    type,
    stack: 'network',
    scope: '111122223333/us-east-1',
    identity: uid,
    value: { id: uid, count: 1, tags: null },
  };
}

describe('the simulated world', () => {
  const journal = (): string => path.join(scratchFolder(), 'world.jsonl');

  it('is the same after a restart', () => {
    const file = journal();
    const world = new World(file);
    world.put(object('a'));
    world.put(object('b'));
    world.put({ ...object('a'), value: { id: 'a', count: 2 } });
    world.remove('b');
    world.put(object('c', 'aws_subnet'));
    // Not closed: a killed process closes nothing either.
    const again = new World(file);
    expect(again.all('aws_vpc').map(({ value }) => value)).toEqual([{ id: 'a', count: 2 }]);
    expect([again.size, again.types()]).toEqual([2, ['aws_vpc', 'aws_subnet']]);
  });

  it('drops a change that was cut short while it was written, and goes on', () => {
    const file = journal();
    new World(file).put(object('a'));
    fs.appendFileSync(file, '{"put":{"uid":"b","ty');
    const world = new World(file);
    expect(world.all('aws_vpc').map(({ uid }) => uid)).toEqual(['a']);
    world.put(object('c'));
    expect(new World(file).all('aws_vpc').map(({ uid }) => uid)).toEqual(['a', 'c']);
  });

  it('holds each object once in its journal after a restart', () => {
    const file = journal();
    const world = new World(file);
    for (let round = 0; round < 5; round++) world.put({ ...object('a'), value: { round } });
    expect(fs.readFileSync(file, 'utf8').split('\n').length - 1).toBe(5);
    new World(file).close();
    expect(fs.readFileSync(file, 'utf8').split('\n').length - 1).toBe(1);
  });
});
