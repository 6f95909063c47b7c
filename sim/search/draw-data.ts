/**
 * A run's data, drawn from its seed: the same seed gives the same data in every process.
 */
import type fc from "fast-check";
import type { Race } from "../race/race.ts";
import { toPlain } from "../trace/canonical-json.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { seededRandom } from "./seeded-random.ts";

/** The data as fast-check drew them, with what it needs to shrink them. Throws SwitchyardError "race" if `data` throws. */
export function drawDataValue<State, Data>(race: Race<State, Data>, seed: number): fc.Value<Data> {
  try {
    return race.data.generate(seededRandom(seed, "data"), undefined);
  } catch (error) {
    throw new SwitchyardError(
      "race",
      `The data of race ${race.name} cannot be drawn: ${String(error)}.`,
      "Correct the arbitrary `data` of the race.",
      { cause: error },
    );
  }
}

/** The data that belong to `seed`, as plain JSON data. */
export function drawData<State, Data>(race: Race<State, Data>, seed: number): Data {
  return plainData(drawDataValue(race, seed).value);
}

/** `data` as they survive a token: plain JSON data. */
export function plainData<Data>(data: Data): Data {
  return toPlain(data) as Data;
}
