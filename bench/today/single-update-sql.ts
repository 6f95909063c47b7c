/**
 * The unbounded sweep in one statement: what `sweep` does to each task, for all that are overdue.
 */
import { KWARGS_ERROR, FAIL_METHOD } from "../../model/resume.ts";

/** Takes the time ($1); gives one row with the number of tasks `resumed`. Locks every overdue task until its transaction ends. */
export const singleUpdateSql: string = `
  with overdue as (
    select id from task_instance where state = 'awaiting_input' and trigger_timeout <= $1
  ), defaulted as (
    update hitl_detail
       set responded_at = $1, responded_by = null, chosen_options = defaults, params_input = '{}'
      from overdue
     where ti_id = id and responded_at is null and defaults is not null
    returning ti_id
  ), resumed as (
    update task_instance t
       set state = 'scheduled',
           scheduled_dttm = $1,
           trigger_id = null,
           trigger_timeout = null,
           next_method = case when jsonb_typeof(coalesce(next_kwargs, '{}')) = 'object'
                              then next_method else '${FAIL_METHOD}' end,
           next_kwargs = case when jsonb_typeof(coalesce(next_kwargs, '{}')) <> 'object'
                              then jsonb_build_object('error', '${KWARGS_ERROR}')
                              else coalesce(next_kwargs, '{}') || jsonb_build_object('event',
                                case when d.defaults is null and d.responded_at is null
                                     then jsonb_build_object('error', 'timeout', 'error_type', 'timeout')
                                     else jsonb_build_object(
                                       'chosen_options', coalesce(d.chosen_options, d.defaults),
                                       'params_input', coalesce(d.params_input, '{}'),
                                       'responded_at', coalesce(d.responded_at, $1),
                                       'responded_by_user', d.responded_by,
                                       'timedout', d.responded_at is null) end) end
      from overdue left join hitl_detail d on d.ti_id = overdue.id
     where t.id = overdue.id
    returning t.id
  )
  select count(*)::integer as resumed from resumed`;
