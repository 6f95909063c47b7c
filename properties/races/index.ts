/**
 * The built-in races, in the order in which `switchyard list` names them; the first is the default.
 */
import type { Race } from "../../sim/race/race.ts";
import { batchSweep } from "./batch-sweep.ts";
import { clearing } from "./clear.ts";
import { fastPark } from "./fast-park.ts";
import { legacy } from "./legacy.ts";
import { oldServer } from "./old-server.ts";
import { parkRespondSweep } from "./park-respond-sweep.ts";
import { queueOrder } from "./queue-order.ts";
import { slotsRace } from "./slots.ts";
import { twoQuestions } from "./two-questions.ts";
import { upstreamRace } from "./upstream.ts";

export const races: readonly Race[] = [
  parkRespondSweep as Race,
  twoQuestions as Race,
  batchSweep as Race,
  clearing as Race,
  fastPark as Race,
  slotsRace as Race,
  queueOrder as Race,
  legacy as Race,
  oldServer as Race,
  upstreamRace as Race,
];
