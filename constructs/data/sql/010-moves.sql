-- Tenants on their way to another database, or from there to this one: lifecycle/move. One row a tenant, on both sides, as
-- long as the move goes on.
--
-- While there is a row, triggers of its own watch the tenant's rows in each table, so that their writes can be refused at
-- once and no earlier transaction slips through. No other tenant's writes call a function.
CREATE TABLE IF NOT EXISTS tenancy.moves (
  tenant_id text PRIMARY KEY,
  -- Key of the operation, as the registry has it.
  operation text NOT NULL,
  -- Whether the tenant leaves this database or comes to it.
  side text NOT NULL CHECK (side IN ('source', 'target')),
  -- The other side, for people: use1a/data-shard-2.
  peer text NOT NULL,
  -- Whether applications' writes of the tenant's rows are refused.
  frozen boolean NOT NULL,
  -- The peer's rows of one moment are here, and its changes up to this place in its write-ahead log. Written in the transaction
  -- that writes the rows themselves.
  applied pg_lsn,
  -- Process that is at work or was last, for people: acme.local 4711.
  mover text,
  since timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE tenancy.moves OWNER TO bulkhead_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy.moves TO bulkhead_mover;
GRANT SELECT ON tenancy.moves TO bulkhead_migrator;

-- First number of advisory locks that belong to moves. The second is a tenant's hash, or 0 for the schema of all.
CREATE OR REPLACE FUNCTION tenancy.move_lock() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1836021349';
ALTER FUNCTION tenancy.move_lock() OWNER TO bulkhead_admin;

-- Trigger of a tenant that is being moved, named by the trigger's argument: lets a row be written, or refuses it.
--
-- Every transaction that writes holds a shared lock to its end, and whoever freezes takes it alone: once it has it, all that
-- was written is committed, and whoever comes later finds the tenant frozen. Locks are granted in the order of asking, so a
-- tenant that always writes cannot keep the freeze out.
--
-- DEFINER for the table: applications have no privilege on it.
CREATE OR REPLACE FUNCTION tenancy.watch_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tenant text := TG_ARGV[0];
  held boolean;
BEGIN
  IF session_user <> 'bulkhead_mover' THEN
    PERFORM pg_advisory_xact_lock_shared(tenancy.move_lock(), hashtext(tenant));
    IF current_setting('transaction_isolation') = 'read committed' THEN
      SELECT frozen INTO held FROM tenancy.moves WHERE tenant_id = tenant;
    ELSE
      -- Such a transaction sees what was true when it began. Asking for a lock on the row fails if it is no longer true.
      SELECT frozen INTO held FROM tenancy.moves WHERE tenant_id = tenant FOR SHARE;
    END IF;
    IF held IS NULL THEN
      RAISE EXCEPTION USING
        ERRCODE = 'serialization_failure',
        MESSAGE = format('a move of tenant %s has begun since this transaction did', tenant),
        HINT = 'Try the transaction again.';
    ELSIF held THEN
      RAISE EXCEPTION USING
        ERRCODE = 'lock_not_available',
        MESSAGE = format('tenant %s is being moved: its rows cannot be written here', tenant),
        HINT = 'Try the transaction again after a second, and with a new token, which names the shard.';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END
$$;
ALTER FUNCTION tenancy.watch_move() OWNER TO bulkhead_admin;

-- Tables stay as they are while a tenant moves: a column or a table that only one side has would lose its rows. Transactions
-- that change tables hold a shared lock, so a move begins before or after them.
CREATE OR REPLACE FUNCTION tenancy.refuse_while_moving() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  moving text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(tenancy.move_lock(), 0);
  SELECT string_agg(tenant_id, ', ' ORDER BY tenant_id) INTO moving FROM tenancy.moves;
  IF moving IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_in_use',
      MESSAGE = format('tables of schema app stay as they are while a tenant is being moved: %s', moving),
      HINT = 'Try again when the move has ended: npx bulkhead tenant show.';
  END IF;
END
$$;
ALTER FUNCTION tenancy.refuse_while_moving() OWNER TO bulkhead_admin;
