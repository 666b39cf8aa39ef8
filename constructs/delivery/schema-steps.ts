import { CHECK_EXITS, MIGRATIONS_PATH, STATE_SCHEMA, TENANT_SCHEMA } from '../core/schema-jobs';

/**
 * Scripts of the steps of a schema change. None holds a dollar before a brace, which Terraform would take for its own.
 * Migrations have names that need no quotes (`MIGRATION_NAME`), so they stand in SQL as they are.
 */

/** File in which both clients look for the token, for each connection anew. */
export const PASSFILE = '/run/secret/passfile';

/** Seconds after which a new token is fetched: one is good for 15 minutes: "IAM database authentication", Aurora User Guide. */
const RENEW_SECONDS = 600;

/**
 * Keeps a token in the file, as long as the pod lives. A token opens connections for 15 minutes and a backfill takes hours. In
 * the file a backslash stands before colons and backslashes: "The Password File", PostgreSQL documentation.
 */
export const TOKEN = `umask 077
renew() {
  token="$(aws rds generate-db-auth-token --hostname "$PGHOST" --port "$PGPORT" --username "$PGUSER" --region "$AWS_REGION")" || return 1
  printf '%s:%s:*:%s:%s\\n' "$PGHOST" "$PGPORT" "$PGUSER" "$(printf '%s' "$token" | sed 's/[\\\\:]/\\\\&/g')" > ${PASSFILE}.new || return 1
  mv ${PASSFILE}.new ${PASSFILE}
}
trap 'kill $! 2> /dev/null; exit 0' TERM
while :; do
  pause=${String(RENEW_SECONDS)}
  renew || { echo "no token for $PGUSER at $PGHOST; trying again" >&2; pause=5; }
  sleep "$pause" &
  wait $!
done
`;

/** What both steps that look at the database begin with. */
const LOOK = `set -eu
# However psql fails: its own exit codes mean something else than ours.
sql() { psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1" || return 1; }
end() { status="$1"; shift; echo "$*" >&2; exit "$status"; }
active() { sql "SELECT name FROM ${STATE_SCHEMA}.migrations WHERE schema = '${TENANT_SCHEMA}' AND NOT done"; }
completed() { sql "SELECT count(*) FROM ${STATE_SCHEMA}.migrations WHERE schema = '${TENANT_SCHEMA}' AND done AND name = '$MIGRATION'"; }
isolated() { sql 'SELECT tenancy.assert_isolated()' > /dev/null || end 1 'the database does not keep its tenants apart: see the message above'; }
`;

/** How often, and seconds after which, the copying is tried to be ended: a lock may be a long report's. */
const ATTEMPTS = 60;
const ATTEMPT_SECONDS = 5;

/**
 * Looks whether the phase is possible, and makes ready for it. Before pgroll completes or takes back, copying between the two
 * versions ends in one transaction, for pgroll does it in many: see constructs/data/sql/009-schema-changes.sql.
 */
export const CHECK = `${LOOK}
end_copying() {
  attempt=0
  until sql "SELECT tenancy.end_copying($1)" > /dev/null; do
    attempt=$((attempt + 1))
    [ "$attempt" -lt ${String(ATTEMPTS)} ] || end 1 'the copying between versions could not be ended: something keeps a lock on the tables'
    sleep ${String(ATTEMPT_SECONDS)}
  done
}
[ "$(sql "SELECT evtenabled FROM pg_event_trigger WHERE evtname = 'tenancy_guard'")" = O ] ||
  end 1 'the guard of tenant isolation is off: apply the platform'"'"'s SQL again'
isolated
current="$(active)" || end 1 'pgroll is not ready here: deploy the stack of this database'
# Before any comparison: what could not be asked is no answer.
finished="$(completed)"
case "$PHASE" in
expand)
  [ "$finished" = 0 ] || end ${String(CHECK_EXITS.nothingToDo)} "$MIGRATION has been contracted here already"
  [ "$current" != "$MIGRATION" ] || end ${String(CHECK_EXITS.interrupted)} "$MIGRATION was begun here and has not ended"
  [ -z "$current" ] || end 1 "$current is still in progress here: contract it, or take it back, before $MIGRATION"
  known="$(sql "SELECT coalesce(string_agg(name, ' '), '') FROM ${STATE_SCHEMA}.migrations WHERE schema = '${TENANT_SCHEMA}'")"
  pending=''
  count=0
  for file in ${MIGRATIONS_PATH}/*; do
    name="$(basename "$file")"
    name="$(echo "$name" | sed 's/[.][^.]*$//')"
    case " $known " in *" $name "*) ;; *) pending="$name"; count=$((count + 1)) ;; esac
  done
  [ "$pending" = "$MIGRATION" ] || end 1 "$MIGRATION must be the last of the migrations, got $pending"
  # In a database without a history nothing runs yet, so all may be applied at once.
  [ -z "$known" ] || [ "$count" = 1 ] ||
    end 1 "$count migrations are pending here: all but the last would be contracted at once, with the old release running. Release one at a time."
  # Left by a pgroll that was ended at the wrong moment, and in the way of the next.
  sql 'DROP TABLE IF EXISTS ${TENANT_SCHEMA}._pgroll_temp_fastpath_check' ;;
contract)
  [ "$finished" = 0 ] || end ${String(CHECK_EXITS.nothingToDo)} "$MIGRATION has been contracted here already"
  [ "$current" = "$MIGRATION" ] || end 1 "$MIGRATION is not in progress here, so there is nothing to contract; in progress: $current"
  end_copying "'${TENANT_SCHEMA}_$MIGRATION'" ;;
rollback)
  [ "$finished" = 0 ] || end 1 "$MIGRATION has been contracted here: it cannot be taken back"
  [ -n "$current" ] || end ${String(CHECK_EXITS.nothingToDo)} 'no migration is in progress here'
  [ "$current" = "$MIGRATION" ] || end 1 "$MIGRATION is not in progress here, so it cannot be taken back; in progress: $current"
  end_copying '' ;;
*) end 1 "no such phase: $PHASE" ;;
esac
echo "ready to $PHASE $MIGRATION"
`;

/** Looks at what came of it. */
export const VERIFY = `${LOOK}
isolated
current="$(active)"
case "$PHASE" in
expand)
  [ "$current" = "$MIGRATION" ] || end 1 "pgroll ended, but $MIGRATION is not in progress; in progress: $current"
  [ "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = '${TENANT_SCHEMA}_$MIGRATION'")" = 1 ] ||
    end 1 "pgroll ended, but there is no schema ${TENANT_SCHEMA}_$MIGRATION" ;;
contract)
  [ "$(completed)" = 1 ] || end 1 "pgroll ended, but $MIGRATION is not complete" ;;
rollback)
  [ -z "$current" ] || end 1 "pgroll ended, but $current is in progress" ;;
esac
echo "done: $PHASE of $MIGRATION"
`;
