/**
 * The example races, in the order of the table that `switchyard examples` prints: published ones, then those of the textbooks.
 */
import type { Race } from "../../sim/race/race.ts";
import { airflow55054 } from "./published/airflow-55054.ts";
import { airflow66374 } from "./published/airflow-66374.ts";
import { airflow72595 } from "./published/airflow-72595.ts";
import { dify42103 } from "./published/dify-42103.ts";
import { e2a393 } from "./published/e2a-393.ts";
import { knex4694 } from "./published/knex-4694.ts";
import { langflow14941 } from "./published/langflow-14941.ts";
import { lobu2044 } from "./published/lobu-2044.ts";
import { nodePgMigrate830 } from "./published/node-pg-migrate-830.ts";
import { preloop510 } from "./published/preloop-510.ts";
import { sequelize13482 } from "./published/sequelize-13482.ts";
import { checkThenInsert } from "./textbook/check-then-insert.ts";
import { doubleBooking } from "./textbook/double-booking.ts";
import { foreignKeyDeadlock } from "./textbook/foreign-key-deadlock.ts";
import { jobClaimedTwice } from "./textbook/job-claimed-twice.ts";
import { lostUpdate } from "./textbook/lost-update.ts";
import { writeSkew } from "./textbook/write-skew.ts";

export const examples: readonly Race<any, any>[] = [
  airflow55054,
  airflow66374,
  airflow72595,
  langflow14941,
  dify42103,
  lobu2044,
  e2a393,
  preloop510,
  sequelize13482,
  knex4694,
  nodePgMigrate830,
  lostUpdate,
  writeSkew,
  doubleBooking,
  jobClaimedTwice,
  checkThenInsert,
  foreignKeyDeadlock,
];
