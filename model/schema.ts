/**
 * The tables of the protocol, with Airflow's names and the columns that the protocol needs.
 *
 * Beyond Airflow: `invocation_id` on task_instance names the worker run that holds (or last held) the task, and on
 * hitl_detail the worker run that asked. `trigger.ti_id` and `timeout_datetime` are what Airflow keeps in the trigger's
 * kwargs. Ids are text; a UUID fits, and so does a name that reads well in a trace.
 */

/** SQL script that creates every table in an empty schema. */
export const schema: string = `
create table dag_run (
  dag_id text not null,
  run_id text not null,
  state text not null,
  start_date timestamptz,
  primary key (dag_id, run_id)
);

create table pool (
  pool text primary key,
  slots integer not null,
  include_deferred boolean not null default false
);

create table trigger (
  id integer primary key,
  ti_id text not null,
  timeout_datetime timestamptz
);

create table task_instance (
  id text primary key,
  dag_id text not null,
  run_id text not null,
  task_id text not null,
  map_index integer not null default -1,
  state text,
  try_number integer not null default 1,
  invocation_id text,
  pool text not null default 'default_pool',
  pool_slots integer not null default 1,
  next_method text,
  next_kwargs jsonb,
  trigger_id integer,
  trigger_timeout timestamptz,
  scheduled_dttm timestamptz,
  unique (dag_id, run_id, task_id, map_index),
  foreign key (dag_id, run_id) references dag_run on delete cascade
);

create index task_instance_response_deadline on task_instance (trigger_timeout, id)
  where state = 'awaiting_input';

create table hitl_detail (
  ti_id text primary key references task_instance (id) on delete cascade on update cascade,
  invocation_id text not null,
  created_at timestamptz not null,
  subject text not null,
  body text,
  options jsonb not null check (jsonb_typeof(options) = 'array' and options <> '[]'),
  defaults jsonb,
  multiple boolean not null,
  params jsonb not null,
  assignees jsonb not null,
  responded_at timestamptz,
  responded_by jsonb,
  chosen_options jsonb,
  params_input jsonb
);

create table hitl_detail_history (
  ti_id text not null,
  invocation_id text not null,
  created_at timestamptz not null,
  subject text not null,
  body text,
  options jsonb not null,
  defaults jsonb,
  multiple boolean not null,
  params jsonb not null,
  assignees jsonb not null,
  responded_at timestamptz,
  responded_by jsonb,
  chosen_options jsonb,
  params_input jsonb,
  primary key (ti_id, created_at)
);

create table task_instance_history (
  ti_id text primary key,
  dag_id text not null,
  run_id text not null,
  task_id text not null,
  map_index integer not null,
  try_number integer not null,
  state text,
  invocation_id text
);
`;
