/**
 * hitl/upstream: the race of two questions over the choices that Airflow made (see model/upstream.ts). Its violations are the
 * hazards of those choices in this model.
 */
import { checkedParams, silentRecord } from "../../model/invariants/index.ts";
import type { ProtocolState } from "../../model/state.ts";
import { upstream } from "../../model/upstream.ts";
import type { Race } from "../../sim/race/race.ts";
import { hitlRace } from "./hitl-race.ts";
import { parts, type TwoQuestionsData } from "./two-questions.ts";

/** The comparisons with the reference's machine are left out: they say only that upstream is not the reference. */
export const upstreamRace: Race<ProtocolState, TwoQuestionsData> = hitlRace({
  ...parts,
  name: "hitl/upstream",
  description: "The two questions over Airflow's own choices: expected to fail, each violation is a hazard.",
  protocol: upstream,
  mutants: [],
  also: [silentRecord, checkedParams],
  without: ["machine", "linear"],
});
