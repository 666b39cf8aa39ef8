import { didYouMean } from './suggest';
import { tenantSchema } from '../schema/tenant';
import { tenantId } from '../schema/tenant-id';
import type { ConfigDocument } from './document';
import { quote } from './problem';
import type { Problem } from './problem';

/** A tenant file that could be parsed, and the id that its name claims. */
export interface TenantDocument {
  readonly name: string;
  readonly document: ConfigDocument;
}

/**
 * What tenant files must keep across files.
 *
 * @param fileNames - names, without `.yaml`, of all tenant files, read or not
 * @param cells - valid ids of the platform's cells; undefined when they are unknown because platform.yaml is broken
 */
export function checkTenantRules(
  tenants: readonly TenantDocument[],
  fileNames: ReadonlySet<string>,
  cells: readonly string[] | undefined,
): Problem[] {
  return [...checkIds(tenants, fileNames), ...(cells === undefined ? [] : checkCells(tenants, cells))];
}

/**
 * An id must equal its file's name, so two files can only share an id when one of them has the wrong name, and
 * the folder's listing tells that without reading the other files.
 */
function checkIds(tenants: readonly TenantDocument[], fileNames: ReadonlySet<string>): Problem[] {
  const firstWithId = new Map<string, ConfigDocument>();
  return tenants.flatMap(({ name, document }) => {
    const id = document.read(['id'], tenantId);
    if (id === undefined) return [];
    const first = firstWithId.get(id) ?? document;
    firstWithId.set(id, first);
    if (id === name) return [];
    const owner = fileNames.has(id)
      ? siblingOf(document, id)
      : first === document
        ? undefined
        : first.where(['id']);
    return [
      document.problem(
        ['id'],
        owner === undefined
          ? `must equal the file's name, ${quote(name)}, got ${quote(id)}; change the id, or rename the file to ${id}.yaml`
          : `duplicate tenant id ${quote(id)}: ${owner} has it too; must equal the file's name, ${quote(name)}`,
      ),
    ];
  });
}

function siblingOf({ file }: ConfigDocument, id: string): string {
  return `${file.slice(0, file.lastIndexOf('/'))}/${id}.yaml`;
}

function checkCells(tenants: readonly TenantDocument[], cells: readonly string[]): Problem[] {
  return tenants.flatMap(({ document }) => {
    const cell = document.read(['cell'], tenantSchema.shape.cell);
    if (cell === undefined || cells.includes(cell)) return [];
    return [
      document.problem(
        ['cell'],
        `must be a cell of platform.yaml (${[...cells].sort().join(', ')}), got ${quote(cell)}${didYouMean(cell, cells)}`,
      ),
    ];
  });
}
