/**
 * A portfolio: several strategies share an exploration, each run belongs to one of them.
 *
 * No strategy is best for every bug; a mix is never much slower than its best member (as Coyote's portfolio does it).
 */
import { deriveSeed } from "../../random.ts";
import type { Strategy } from "./strategy.ts";

/** A strategy that plans each run with one of `members`, drawn from the run's seed; runs are reported under the member's name. */
export function portfolio(name: string, members: readonly [Strategy, ...Strategy[]]): Strategy {
  return {
    name,
    plan(run) {
      const member = members[deriveSeed(run.seed, "portfolio") % members.length] ?? members[0];
      return member.plan(run);
    },
  };
}
