import { CellZone } from '../../constructs/network/cell-zone';
import { synth, type SynthesizedStack } from '../support/synth';

const build = (domain: string): SynthesizedStack =>
  synth((stack) => {
    new CellZone(stack, 'Zone', { domain });
  });

describe('CellZone', () => {
  it('is public, below the domain, and cannot be destroyed, for others delegate to it', () => {
    const zone = build('saas.example.com').only('aws_route53_zone');
    expect(zone).toMatchObject({ name: 'use1a.saas.example.com', lifecycle: { prevent_destroy: true } });
    expect(zone['vpc']).toBeUndefined();
  });

  it.each(['example', 'Example.com', 'a..com', 'example.com.', '-a.com', 'a-.com', `${'a'.repeat(64)}.com`])(
    'refuses %s',
    (domain) => {
      expect(() => build(domain)).toThrow('domain must be at least two labels');
    },
  );

  it('leaves room for the cell in a name of 253 characters', () => {
    // `use1a.`, then labels of 61 characters with their dots.
    const labels = (last: number): string =>
      [...Array.from({ length: 3 }, () => 'a'.repeat(61)), 'a'.repeat(last)].join('.');
    expect(() => build(labels(61))).not.toThrow();
    expect(() => build(labels(62))).toThrow('got 254');
  });
});
