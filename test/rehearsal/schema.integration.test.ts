import * as fs from 'node:fs';
import * as path from 'node:path';
import { deriveSchema } from '../../rehearsal/schema/derive';
import { PROVIDER_NAMES, type SchemaKind } from '../../rehearsal/schema/model';
import { bindingSources } from '../../rehearsal/schema/package-source';
import { ROOT } from './support/json-platform';

describe('the installed provider packages', () => {
  it.each(PROVIDER_NAMES)(
    'have no type whose schema cannot be derived: %s',
    (provider) => {
      const library = path.join(ROOT, 'node_modules', '@cdktf', `provider-${provider}`, 'lib');
      const folders = fs.readdirSync(library, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      const failed: string[] = [];
      for (const { name } of folders) {
        const kind: SchemaKind =
          name === 'provider' ? 'provider' : name.startsWith(`data-${provider}-`) ? 'data' : 'resource';
        const type =
          kind === 'provider'
            ? provider
            : `${provider}_${name.replace(`data-${provider}-`, '').replaceAll('-', '_')}`;
        try {
          const schema = deriveSchema(bindingSources(ROOT, provider, kind, type) ?? [], {
            kind,
            nestedAttributes: provider === 'helm',
          });
          if (schema.attributes.length + schema.blocks.length === 0) failed.push(`${type}: empty`);
        } catch (error) {
          failed.push(`${type}: ${String(error)}`);
        }
      }
      expect(failed).toEqual([]);
    },
    120_000,
  );
});
