/**
 * Options and arguments that several commands have. (--engine is in with-engine.ts.)
 */
import { Argument, Option } from "commander";
import type { Race } from "../race/race.ts";
import { wholeNumber } from "./read-number.ts";

/** A fixed default, so that two people who run the same command see the same. */
const DEFAULT_SEED = 1;

/** Seeds are 32 bits. */
const MAX_SEED = 0xffff_ffff;

/** Threads or processes that can be asked for. */
const MAX_WORKERS = 256;

/** The argument [race]; without it a command takes the first of `races`. */
export function raceArgument(races: readonly Race<any, any>[]): Argument {
  const byDefault = races[0]?.name ?? "none";
  return new Argument("[race]", `name of the race, or path of a race module (default: ${byDefault})`);
}

/** The option --json: with it a command prints one JSON object and nothing else on standard output. */
export function jsonOption(): Option {
  return new Option("--json", "print one JSON object and nothing else");
}

/** The option --seed; `of` says what the seed decides. A command that takes the seeds after it too has a lower `max`. */
export function seedOption(of: string = "everything random", max: number = MAX_SEED): Option {
  return new Option("--seed <n>", `seed of ${of}`).argParser(wholeNumber(0, max)).default(DEFAULT_SEED);
}

/** The option --workers; undefined where it is not given. `share` says what is shared, e.g. "them among so many processes". */
export function workersOption(share: string): Option {
  const words = `share ${share} (default: one a core)`;
  return new Option("--workers <n>", words).argParser(wholeNumber(1, MAX_WORKERS));
}
