import { writeFileSync } from 'node:fs';
import { mayContract } from '../../constructs/core/contract-gate';
import { inBatches } from './batches';
import { MINUTE_MS } from './clock';
import type { Context, Summary } from './context';
import { observe } from './observations';
import { Failure } from './output';
import { DatabaseSchema } from './schema-change';
import { readState, type SchemaState } from './schema-state';
import type { ContractCheckSettings, ContractSettings } from './settings';

/** `none`: no database has anything to remove. */
interface Answer {
  readonly contract: 'yes' | 'wait' | 'none';
  readonly reasons: readonly string[];
}

type Asked = Pick<ContractSettings, 'CELL' | 'SERVICE' | 'DATABASES' | 'CONTRACT_AFTER_DAYS'>;

/** Says whether the old side of the schemas of a cell may go, and leaves the answer to the shell. */
export async function contractCheck(settings: ContractCheckSettings, context: Context): Promise<Summary> {
  const { contract, reasons } = await answer(settings, context);
  const { output } = context;
  output.tell(
    {
      yes: 'the old side of the schema may go',
      wait: 'the old side of the schema must stay for now:',
      none: 'no database has anything to remove',
    }[contract],
  );
  for (const reason of reasons) output.tell(`  ${reason}`);
  const line = (name: string, value: string): string =>
    `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`;
  writeFileSync(
    settings.EXPORTS_FILE,
    line('CONTRACT', contract) + line('CONTRACT_REASON', reasons.join('; ').slice(0, 1000)),
  );
  return { contract, reasons };
}

/**
 * Removes from databases what no release needs any more: the first alone, then some at a time. Whether it may is asked once
 * more before each, for a release may have gone back since the check.
 *
 * @throws Failure when it may not, or a database fails
 */
export async function contract(settings: ContractSettings, context: Context): Promise<Summary> {
  const { clock, kubernetes, output } = context;
  const { DATABASES, PARALLEL, DEADLINE_MINUTES } = settings;
  const changed = await inBatches(DATABASES, PARALLEL, output, async (database) => {
    const { state: before } = await readState(kubernetes, database);
    // Half a contract is nothing that a release could use, so what was begun is finished.
    const isBegun = before.running?.phase === 'contract';
    const schema = new DatabaseSchema(context, database, clock.now() + DEADLINE_MINUTES * MINUTE_MS);
    const { migration, phase, configMap, release } = await schema.settled();
    if (phase === 'contracted') {
      output.tell(`${database} has nothing to remove`);
      return isBegun;
    }
    const { contract: may, reasons } = await answer({ ...settings, DATABASES: [database] }, context);
    if (may !== 'yes') {
      throw new Failure(
        [`${database} must keep the old side of ${migration}`, ...reasons].join('\n'),
        'nothing was removed from it. The next run of the contract pipeline asks again.',
      );
    }
    await schema.change({ phase: 'contract', migration, configMap, release });
    return true;
  });
  return { databases: DATABASES.length, changed };
}

async function answer(
  { CELL, SERVICE, DATABASES, CONTRACT_AFTER_DAYS }: Asked,
  context: Context,
): Promise<Answer> {
  const { kubernetes, clock } = context;
  const states = await Promise.all(
    DATABASES.map(async (database) => ({ database, ...(await readState(kubernetes, database)) })),
  );
  const busy = states.flatMap(({ database, state }) => busyReason(database, state));
  if (busy.length > 0) return { contract: 'wait', reasons: busy };
  const migrations = new Set(
    states.flatMap(({ state }) =>
      state.phase === 'expanded' || state.running?.phase === 'contract' ? [state.migration] : [],
    ),
  );
  if (migrations.size === 0) return { contract: 'none', reasons: [] };
  const observations = await observe(kubernetes, { cell: CELL, service: SERVICE });
  const now = new Date(clock.now());
  const reasons = [...migrations].flatMap((migration) => [
    ...mayContract(observations, { migration, now, afterDays: CONTRACT_AFTER_DAYS }).reasons,
  ]);
  return { contract: reasons.length === 0 ? 'yes' : 'wait', reasons };
}

function busyReason(database: string, { running }: SchemaState): string[] {
  if (!running || running.phase === 'contract') return [];
  const { phase, migration, release, at } = running;
  return [`${database}: ${phase} of ${migration} was begun by ${release} at ${at} and has not ended`];
}
