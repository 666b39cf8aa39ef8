import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLifecycle } from '../../../lifecycle/offboard/tenant-file';

const ACME = readFileSync(join(__dirname, '../../../config/environments/prod/tenants/acme.yaml'), 'utf8');
const change = (text: string, value?: 'offboarding'): string => withLifecycle(text, value, 'acme.yaml');

describe("a leaving tenant's file", () => {
  it('says so in one line more, and comments and all else stay to the byte', () => {
    expect(change(ACME, 'offboarding')).toBe(`${ACME}lifecycle: offboarding\n`);
  });

  it('is what it was when the tenant stays after all', () => {
    expect(change(change(ACME, 'offboarding'))).toBe(ACME);
    expect(change(ACME)).toBe(ACME);
  });

  it('keeps what stands beside the key', () => {
    const text = 'id: acme\nlifecycle: active # since 2024\n# the end\nname: Acme\n';
    expect(change(text, 'offboarding')).toBe(
      'id: acme\nlifecycle: offboarding # since 2024\n# the end\nname: Acme\n',
    );
    expect(change(text)).toBe('id: acme\n# the end\nname: Acme\n');
  });

  it('needs no line end at its end', () => {
    expect(change('id: acme', 'offboarding')).toBe('id: acme\nlifecycle: offboarding\n');
  });

  it('says the same however often it is told', () => {
    const once = change(ACME, 'offboarding');
    expect(change(once, 'offboarding')).toBe(once);
  });

  it('must be a mapping', () => {
    expect(() => change('- a\n', 'offboarding')).toThrow("acme.yaml is no tenant's file: put it right first");
  });
});
