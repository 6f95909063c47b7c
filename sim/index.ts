/**
 * What `import ... from "pg-switchyard"` offers: the only list of what is public.
 */
export { race } from "./library/race.ts";
export type { Actors, Check, MutantDefinition, Promises, RaceDefinition, RaceParts } from "./library/race.ts";
export { holds, plans, type Plan, type PlanOptions } from "./library/plans.ts";
export { Client } from "./client/client.ts";
export { Pool } from "./client/pool.ts";
export type {
  Actor,
  ActorContext,
  Invariant,
  Mutant,
  OperationRecord,
  Queryable,
  Race,
  View,
} from "./race/race.ts";
export type { Engine } from "./engine/port.ts";
export { DatabaseError } from "./engine/database-error.ts";
export { openEngine } from "./pglite/index.ts";
export { openServerEngine } from "./postgres/index.ts";
export { explore, type ExploreOptions, type ExploreReport } from "./search/explore.ts";
export {
  exploreExhaustively,
  type ExhaustiveOptions,
  type ExhaustiveReport,
} from "./search/exhaustive/explore-exhaustively.ts";
export { replay, tokenOf, type ReplayOptions } from "./search/replay.ts";
export { counterexampleText } from "./report/counterexample.ts";
export { tellStory } from "./report/story.ts";
export type { RunResult, TraceStep, Violation } from "./trace/trace.ts";
export { SwitchyardError } from "./switchyard-error.ts";
export { runProgram } from "./cli/program.ts";
