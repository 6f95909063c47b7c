/**
 * Sets the database back: to no schema at all before a script is installed, to empty tables before a run.
 */

/** Drops every user schema and creates an empty `public`. */
export const dropSchemasSql = `
do $$
declare
  name text;
begin
  for name in
    select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
  loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public;
  grant usage on schema public to public;
end $$`;

/**
 * Truncates every table that has pages and restarts every sequence that was used. Truncating (and not deleting) gives
 * each run the same row addresses, hence the same scan order. A superuser does it without firing triggers.
 */
export const emptyTablesSql = `
do $$
declare
  filled text;
  sequence regclass;
begin
  select string_agg(c.oid::regclass::text, ', ') into filled
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and pg_relation_size(c.oid) > 0;
  if filled is not null then
    if current_setting('is_superuser') = 'on' then
      perform set_config('session_replication_role', 'replica', true);
    end if;
    execute 'truncate ' || filled || ' restart identity cascade';
  end if;
  for sequence in
    select seqrelid::regclass from pg_sequence
    where pg_sequence_last_value(seqrelid) is not null
  loop
    execute format('alter sequence %s restart', sequence);
  end loop;
end $$`;
