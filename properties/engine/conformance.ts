/**
 * What every implementation of the engine port has to do, as tests that take the engine to be tested.
 */
import { describe } from "vitest";
import type { Engine } from "../../sim/engine/port.ts";
import { describeDeadlocks } from "./conformance/deadlocks.ts";
import { describeDisconnecting } from "./conformance/disconnecting.ts";
import { describeLockQueues } from "./conformance/lock-queues.ts";
import { describeLooks } from "./conformance/looks.ts";
import { describeStatements } from "./conformance/statements.ts";
import { describeTimeouts } from "./conformance/timeouts.ts";
import { describeVisibility } from "./conformance/visibility.ts";
import { describeWaiting } from "./conformance/waiting.ts";
import { testedEngine } from "./conformance/tested-engine.ts";

/** Registers the suite: `open` gives the engine under test, once for all cases. */
export function describeEngine(name: string, open: () => Promise<Engine>): void {
  describe(name, () => {
    const tested = testedEngine(open);
    describeStatements(tested);
    describeVisibility(tested);
    describeWaiting(tested);
    describeLockQueues(tested);
    describeDeadlocks(tested);
    describeTimeouts(tested);
    describeDisconnecting(tested);
    describeLooks(tested);
  });
}
