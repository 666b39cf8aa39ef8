import { at, listOf, objectOf, textOf } from '../facts/json';
import { objectsOf } from '../stack';
import { type Control, judge, problems } from './control';

const NEEDED = [
  ['defaultRequest', 'cpu'],
  ['defaultRequest', 'memory'],
  ['default', 'memory'],
  ['max', 'cpu'],
  ['max', 'memory'],
] as const;

/** Sizes of containers that name none, and the most of one: without them a quota refuses pods, or one takes it all. */
export const limits: Control = {
  name: 'limits',
  check: ({ owner, stack }) => {
    const candidates = objectsOf(stack, owner, 'LimitRange').map(({ address, body }) => {
      const container = listOf(at(body, 'spec', 'limits')).find(
        (limit) => textOf(objectOf(limit)['type']) === 'Container',
      );
      return {
        address,
        problems: problems([
          [container === undefined, 'limits no containers'],
          ...NEEDED.map(
            ([group, key]) => [textOf(at(container, group, key)) === '', `sets no ${group}.${key}`] as const,
          ),
        ]),
      };
    });
    return judge('limit range for the containers of its namespace', candidates, {
      gives: 'a size for containers that name none, and the most that one may have',
      remedy: `Give ${owner.namespace} a LimitRange for containers with ${NEEDED.map((keys) => keys.join('.')).join(', ')}`,
    });
  },
};
