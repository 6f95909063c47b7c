/**
 * Small data of hitl/park-respond-sweep whose every schedule can be explored.
 */
import type { ParkRespondSweepData, ResponderData } from "./park-respond-sweep-data.ts";

const absent: ResponderData = { chosenOptions: ["approve"], moment: "never" };
const fromTheStart: ResponderData = { chosenOptions: ["approve"], moment: "start" };

const base: ParkRespondSweepData = {
  options: ["approve"],
  defaults: null,
  multiple: false,
  parkDelayMs: 0,
  timeoutMs: 1000,
  alice: absent,
  bob: absent,
  sweep1OffsetMs: null,
  sweep2OffsetMs: null,
  executesEarly: false,
  mark: "never",
};

/** By name; see Race.exhaustive. The worker asks and parks in each. */
export const smallData: Readonly<Record<string, ParkRespondSweepData>> = {
  "a response and a sweep": { ...base, alice: fromTheStart, sweep1OffsetMs: 0 },
  "two responses": { ...base, alice: fromTheStart, bob: fromTheStart },
};
