/**
 * The tables of all differential cases: keys, a second unique column, foreign keys that cascade and that do not, a sequence, and
 * a trigger that writes elsewhere (so that it may wait there). One schema for all, so that it is installed once.
 */

/** SQL script that makes the tables, empty. */
export const DIFFER_SCHEMA = `
  create table parent (id int primary key, v int not null);
  create sequence child_id;
  create table child (
    id int primary key default nextval('child_id'),
    v int not null default 0,
    parent_id int not null references parent (id) on update cascade on delete cascade
  );
  create table item (
    id int primary key,
    v int not null,
    code int not null,
    parent_id int references parent (id),
    constraint item_code_key unique (code)
  );
  create table account (id int primary key, v int not null);
  create table total (id int primary key, v int not null);
  create sequence audit_id;
  create table audit (id int primary key default nextval('audit_id'), account_id int not null, old_v int, new_v int);
  create function note_change() returns trigger language plpgsql as $$
  declare
    sum_now int;
  begin
    update total set v = v + new.v - old.v where id = 1;
    select v into sum_now from total where id = 1;
    insert into audit (account_id, old_v, new_v) values (new.id, old.v, new.v);
    if sum_now > 12 then raise notice 'total is %', sum_now; end if;
    return null;
  end $$;
  create trigger note_change after update of v on account for each row execute function note_change();
  create function keep_positive() returns trigger language plpgsql as $$
  begin
    if new.v < 0 then return null; end if;
    return new;
  end $$;
  create trigger keep_positive before insert or update on item for each row execute function keep_positive()`;

/** The rows with which every case begins: one script. */
export const DIFFER_ROWS = `
  insert into parent values (1, 1), (2, 2), (3, 3);
  insert into child (v, parent_id) values (1, 1), (2, 1), (3, 2);
  insert into item values (1, 1, 1, 1), (2, 2, 2, 1), (3, 3, 3, null), (4, 1, 4, 2);
  insert into account values (1, 5), (2, 5);
  insert into total values (1, 10)`;

/** Reads everything that is committed, and where the sequences stand, as one row. */
export const DIFFER_TABLES = `
  select (select json_agg(t order by id) from parent t) as parent,
         (select json_agg(t order by id) from child t) as child,
         (select json_agg(t order by id) from item t) as item,
         (select json_agg(t order by id) from account t) as account,
         (select json_agg(t order by id) from total t) as total,
         (select json_agg(t order by id) from audit t) as audit,
         (select json_build_array(last_value, is_called) from child_id) as child_id,
         (select json_build_array(last_value, is_called) from audit_id) as audit_id`;
