import { ProgramConfigMap } from '../../constructs/core/program-config-map';
import { testStack } from '../support/synth';

let bytes = 1;
jest.mock('../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.alloc(bytes, 'x') }));

const LARGEST = 1_048_576 - 8192;
const make = (size: number): ProgramConfigMap => {
  bytes = size;
  return new ProgramConfigMap(testStack(), 'Program', {
    name: 'authorizer',
    namespace: 'x',
    entry: 'services/x/main.ts',
  });
};

describe('a program in a config map', () => {
  it('has another name for every content', () => {
    expect(make(1).name).toMatch(/^authorizer-[0-9a-f]{12}$/);
    expect(make(1).name).toBe(make(1).name);
    expect(make(2).name).not.toBe(make(1).name);
  });

  it('may be as large as a config map lets it, and no larger', () => {
    expect(() => make(LARGEST)).not.toThrow();
    expect(() => make(LARGEST + 1)).toThrow(
      `entry must be a program of at most ${String(LARGEST)} bytes, which a config map holds, got services/x/main.ts of ${String(LARGEST + 1)}`,
    );
  });
});
