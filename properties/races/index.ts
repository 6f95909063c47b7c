/**
 * The built-in races, in the order in which `switchyard list` names them; the first is the default.
 */
import type { Race } from "../../sim/race/race.ts";
import { parkRespondSweep } from "./park-respond-sweep.ts";

export const races: readonly Race[] = [parkRespondSweep as Race];
