import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { platformSchema } from './platform';
import { tenantSchema } from './tenant';

/** File names, relative to `config/schema/json`, and texts of the JSON Schemas that editors check config with. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  const schemas = [
    ['platform', 'Platform: config/environments/<environment>/platform.yaml', platformSchema],
    ['tenant', 'Dedicated tenant: config/environments/<environment>/tenants/<tenant>.yaml', tenantSchema],
  ] as const;
  return new Map(
    schemas.map(([name, title, schema]) => {
      // Draft 7 is the newest that the YAML language server understands in full; "input" leaves keys with a
      // default optional.
      const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

/** Writes the schemas into `config/schema/json` of the project at `root`. */
export function writeJsonSchemas(root: string): void {
  for (const [file, text] of jsonSchemas()) writeFileSync(join(root, 'config/schema/json', file), text);
}

if (require.main === module) writeJsonSchemas(process.cwd());
