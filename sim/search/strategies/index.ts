/**
 * The strategies by name.
 */
import { calm } from "./calm.ts";
import { pct } from "./pct.ts";
import { portfolio } from "./portfolio.ts";
import { partialOrderSampling } from "./pos.ts";
import { randomWalk } from "./random-walk.ts";
import { roundRobin } from "./round-robin.ts";
import type { Strategy } from "./strategy.ts";

const pct2 = pct(2);
const pct3 = pct(3);

/** What samples schedules, as `--strategy` names it; the first is the default. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  mixed: portfolio("mixed", [randomWalk, pct2, pct3, partialOrderSampling, calm]),
  urw: randomWalk,
  pct: portfolio("pct", [pct2, pct3]),
  pos: partialOrderSampling,
  calm,
  "round-robin": roundRobin,
};

/** A strategy's name. */
export type StrategyName = "mixed" | "urw" | "pct" | "pos" | "calm" | "round-robin";

/** The strategy where none is named. */
export const DEFAULT_STRATEGY: StrategyName = "mixed";
