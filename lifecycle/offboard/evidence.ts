import { Readable } from 'node:stream';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import type { Phase, PhaseContext } from '../operation';
import { readConfirmations } from './confirmations';
import type { Destroyed } from './destroy-rows';
import { hashOf, type Manifest } from './export/manifest';
import { readManifest } from './export/verify';
import type { Leaving } from './leaving';
import { personOf } from './people';

/** Name of the record beside the export. */
export const EVIDENCE = 'evidence.json';

/** Most bytes of the record in the tenant's item, which DynamoDB reads in whole for each token: the file has all. */
const MOST_BYTES = 8 * 1024;

/** How a tenant left, for whoever asks years later. */
export interface Evidence {
  readonly format: 'bulkhead-offboarding/1';
  readonly tenant: string;
  readonly name?: string;
  readonly tier: TenantItem['tier'];
  readonly environment: string;
  readonly place?: Manifest['place'];
  readonly operation: string;
  readonly begun: { readonly by: string; readonly at: string; readonly stateBefore: string };
  readonly export: {
    readonly where: string;
    /** SHA-256 of the manifest, which holds those of all files. */
    readonly manifest: string;
    readonly takenAt: string;
    readonly verifiedAt: string;
    readonly rows: number;
    readonly tables: readonly { readonly table: string; readonly rows: number; readonly sha256: string }[];
  };
  readonly hold: { readonly days: number; readonly until: string };
  readonly confirmed: readonly { readonly by: string; readonly person: string; readonly at: string }[];
  readonly destroyed: Destroyed;
  readonly endedAt: string;
}

/** The record in full. */
export function evidenceOf(
  leaving: Leaving,
  { item, facts }: Pick<PhaseContext, 'item' | 'facts'>,
  { tables, takenAt, rows, place }: Manifest,
  where: string,
): Evidence {
  const known = leaving.facts({ facts });
  const { operation } = item;
  return {
    format: 'bulkhead-offboarding/1',
    tenant: item.tenantId,
    ...(item.name !== undefined && { name: item.name }),
    tier: item.tier,
    environment: leaving.environment,
    ...(place && { place }),
    operation: operation?.key ?? '',
    begun: {
      by: operation?.by ?? '',
      at: operation?.startedAt ?? '',
      stateBefore: known.stateBefore ?? '',
    },
    export: {
      ...{ where, manifest: known.manifest ?? '', takenAt, verifiedAt: facts['verifiedAt'] ?? '', rows },
      tables: tables.map((table) => ({ table: table.table, rows: table.rows, sha256: table.sha256 })),
    },
    hold: { days: Number(known.holdDays), until: known.heldUntil ?? '' },
    confirmed: readConfirmations(known.confirmations).map(({ by, at }) => ({ by, person: personOf(by), at })),
    destroyed: JSON.parse(known.destroyed ?? '{"kind":"nothing"}') as Destroyed,
    endedAt: new Date(leaving.surroundings.now()).toISOString(),
  };
}

/** The record as the item keeps it: lists go where it would be too large, for the file has them. */
export function shortened(evidence: Evidence): string {
  const whole = JSON.stringify(evidence);
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const { destroyed } = evidence;
  return JSON.stringify({
    ...evidence,
    export: { ...evidence.export, tables: evidence.export.tables.length },
    destroyed:
      destroyed.kind === 'rows'
        ? { ...destroyed, tables: Object.keys(destroyed.tables).length }
        : destroyed.kind === 'stack'
          ? { ...destroyed, told: destroyed.told.length }
          : destroyed,
    shortened: true,
  });
}

/** Writes down how it went, beside the export and in the item, and ends it. */
export const recordPhase = (leaving: Leaving): Phase => ({
  name: 'record',
  title: 'writes down how it went',
  async run(context) {
    const store = await leaving.store(context);
    const manifest = await readManifest(store, leaving.facts(context).manifest ?? '');
    const evidence = evidenceOf(leaving, context, manifest, store.where);
    const text = `${JSON.stringify(evidence, null, 2)}\n`;
    await store.put(EVIDENCE, Readable.from([Buffer.from(text)]));
    if (context.item.state !== 'offboarded') await context.change({ state: 'offboarded' });
    context.note(`${store.where}/${EVIDENCE}, and in the tenant's item`);
    return { facts: { evidence: shortened(evidence), evidenceHash: hashOf(text) } };
  },
});
