import { describe, expect, test } from "vitest";
import type { OperationCall } from "../../model/invariants/index.ts";
import { explainHistory } from "../../model/machine/explain-history.ts";
import { machine } from "../../model/machine/machine.ts";
import { sweepStep } from "../../model/machine/sweep.ts";
import type { ProtocolState } from "../../model/state.ts";
import { aliceAnswers, at, parking } from "./fixture.ts";
import { stateOf, waiting } from "./states.ts";

const byBob = { ...aliceAnswers, user: { id: "bob", name: "Bob" } };
const parked = stateOf(waiting);
const running = stateOf({});
const answered = machine.respond(parked, aliceAnswers).state;
const scheduled = { status: 200, state: "scheduled" };
const refused = { status: 409, reason: "answered already" };

/** A call between two steps, as the history has it. */
function call(
  name: string,
  input: object,
  [beginStep, endStep]: readonly [number, number],
  result: unknown,
): OperationCall {
  const plain = JSON.parse(JSON.stringify({ input, result }));
  return { actor: name, name, beginStep, endStep, input: plain.input, result: plain.result };
}

/** Why the history cannot be explained, or undefined. */
function why(
  initial: ProtocolState,
  history: readonly OperationCall[],
  final: ProtocolState,
): string | undefined {
  return explainHistory(initial, history, final);
}

describe("a history is explained", () => {
  test("by an order that keeps what came after what", () => {
    const history = [
      call("respond", aliceAnswers, [1, 4], scheduled),
      call("respond", byBob, [5, 8], refused),
    ];
    expect(why(parked, history, answered)).toBeUndefined();
  });

  test("by the other order where the calls overlap", () => {
    const history = [
      call("respond", byBob, [1, 8], refused),
      call("respond", aliceAnswers, [2, 7], scheduled),
    ];
    expect(why(parked, history, answered)).toBeUndefined();
  });

  test("with and without the effect of a call that crashed", () => {
    const crashed = call("respond", aliceAnswers, [1, 3], { error: { message: "The process crashes." } });
    expect(why(parked, [crashed], parked)).toBeUndefined();
    expect(why(parked, [crashed], answered)).toBeUndefined();
  });

  test("where a sweep took what it said", () => {
    const now = at(2000);
    const swept = { status: 200, resumed: [{ taskInstanceId: "task", how: "timeout" }] };
    const late = call("respond", { ...aliceAnswers, now }, [3, 5], refused);
    const after = explained(parked, { now }, ["task"]);
    expect(why(parked, [call("sweep", { now }, [1, 2], swept), late], after)).toBeUndefined();
  });
});

describe("a history is refused", () => {
  test("in which two responders got 200", () => {
    const history = [
      call("respond", aliceAnswers, [1, 4], scheduled),
      call("respond", byBob, [2, 8], scheduled),
    ];
    expect(why(parked, history, answered)).toContain("no order of the calls explains the history");
  });

  test("in which a responder was refused before anybody had answered", () => {
    const history = [
      call("respond", byBob, [1, 4], refused),
      call("respond", aliceAnswers, [5, 8], scheduled),
    ];
    expect(why(parked, history, answered)).toContain("respond answers");
  });

  test("in which a response saw RUNNING after the park had been answered, though not where they overlap", () => {
    const asRunning = { status: 200, state: "running" };
    const park = call("park", parking, [1, 4], { status: 200, state: "awaiting_input" });
    const final = machine.respond(machine.park(running, parking).state, aliceAnswers).state;
    expect(why(running, [park, call("respond", aliceAnswers, [5, 8], asRunning)], final)).toContain(
      "park by park",
    );
    const fast = machine.park(machine.respond(running, aliceAnswers).state, parking).state;
    const overtaken = call("park", parking, [1, 9], scheduled);
    expect(why(running, [overtaken, call("respond", aliceAnswers, [2, 8], asRunning)], fast)).toBeUndefined();
  });

  test("whose acknowledged answer is not in the last state", () => {
    expect(why(parked, [call("respond", aliceAnswers, [1, 4], scheduled)], parked)).toContain(
      "afterwards task_instance",
    );
  });

  test("in which somebody wrote who made no call", () => {
    expect(why(parked, [], answered)).toContain("after nothing: afterwards");
  });

  test("in which a sweep timed out what had been answered before it began", () => {
    const now = at(2000);
    const swept = { status: 200, resumed: [{ taskInstanceId: "task", how: "timeout" }] };
    const history = [call("respond", aliceAnswers, [1, 4], scheduled), call("sweep", { now }, [5, 8], swept)];
    expect(why(parked, history, answered)).toContain("with its answer there, not its timeout");
  });
});

function explained(
  state: ProtocolState,
  input: { readonly now: Date },
  ids: readonly string[],
): ProtocolState {
  const after = sweepStep(state, input, ids);
  if (typeof after === "string") throw new Error(after);
  return after;
}
