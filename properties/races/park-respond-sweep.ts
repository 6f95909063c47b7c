/**
 * The race of the protocol's title: one task asks and parks, two people answer, two schedulers sweep at the deadline,
 * an executor runs what was resumed, and in some runs somebody marks the task success.
 */
import { atEveryCommit, atTheEnd, liveness } from "../../model/invariants/index.ts";
import { mutantsOf } from "../../model/mutants/index.ts";
import { reference, type Protocol } from "../../model/protocol.ts";
import { schema } from "../../model/schema.ts";
import { observeState, type ProtocolState } from "../../model/state.ts";
import { SwitchyardError } from "../../sim/switchyard-error.ts";
import type { Race } from "../../sim/race/race.ts";
import { actorsOf, TASK, WORKER } from "./park-respond-sweep-actors.ts";
import { smallData } from "./park-respond-sweep-exhaustive.ts";
import { parkRespondSweepData, type ParkRespondSweepData } from "./park-respond-sweep-data.ts";
import { labelsOf } from "./labels.ts";
import { hitlSuite } from "./suite.ts";

/** Those that one task, two people and two sweeps can show. */
const mutants = mutantsOf(1, 2, 3, 4, 5, 6, 7, 9);

/** Over the reference protocol; `mutate` gives it over a wrong one. */
export const parkRespondSweep: Race<ProtocolState, ParkRespondSweepData> = raceOver(reference);

function raceOver(protocol: Protocol): Race<ProtocolState, ParkRespondSweepData> {
  return {
    name: "hitl/park-respond-sweep",
    description: "One task asks and parks; two people answer and two schedulers sweep around the deadline.",
    schema,
    data: parkRespondSweepData,
    exhaustive: smallData,
    async setup(db) {
      await db.query(`insert into dag_run (dag_id, run_id, state) values ('dag', 'run', 'running')`);
      await db.query(
        `insert into task_instance (id, dag_id, run_id, task_id, state, invocation_id)
         values ($1, 'dag', 'run', $1, 'running', $2)`,
        [TASK, WORKER],
      );
    },
    actors: (data) => actorsOf(protocol, data),
    observe: observeState,
    invariants: atEveryCommit,
    atEnd: atTheEnd,
    liveness,
    mustSee: [
      "respond 200",
      "respond 400",
      "respond 409",
      "respond 422",
      "park awaiting_input",
      "park scheduled",
      "sweep timeout",
      "sweep default",
      "finish success",
      "finish failed",
      "mark success",
    ],
    labels: labelsOf,
    suite: hitlSuite,
    mutants: mutants.map(({ id, title, violates }) => ({ id, title, violates })),
    mutate: (id) => raceOver(protocolOf(id)),
  };
}

function protocolOf(id: number): Protocol {
  const mutant = mutants.find((candidate) => candidate.id === id);
  if (mutant !== undefined) return mutant.protocol;
  const known = mutants.map((candidate) => candidate.id).join(", ");
  throw new SwitchyardError("usage", `There is no mutant ${id}.`, `Choose one of ${known}.`);
}
