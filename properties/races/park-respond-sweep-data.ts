/**
 * What varies from run to run of hitl/park-respond-sweep.
 */
import fc, { type Arbitrary } from "fast-check";

/** When somebody acts: at the start, never, or so many milliseconds off the deadline. */
export type Moment = "start" | "never" | -1 | 0 | 1;

/** A person, and what they choose. */
export interface ResponderData {
  readonly chosenOptions: readonly string[];
  readonly moment: Moment;
}

/** One run's data; plain JSON. */
export interface ParkRespondSweepData {
  readonly options: readonly string[];
  readonly defaults: readonly string[] | null;
  readonly multiple: boolean;
  /** Milliseconds between ask and park; a responder who found no form at the start looks again after one. */
  readonly parkDelayMs: 0 | 1;
  /** Milliseconds from park to the deadline; null: none. */
  readonly timeoutMs: number | null;
  readonly alice: ResponderData;
  readonly bob: ResponderData;
  /** When the schedulers begin to sweep, in milliseconds off the deadline; null: not at all. */
  readonly sweep1OffsetMs: -1 | 0 | 1 | null;
  readonly sweep2OffsetMs: -1 | 0 | 1 | null;
  /** Whether resumed work is executed right after the deadline; it always is at the end. */
  readonly executesEarly: boolean;
  /** When somebody marks the task success. */
  readonly mark: Moment;
}

const OPTIONS = ["approve", "reject", "defer"] as const;

/** A value shrinks to the first kind: a counterexample has nobody in it who is not needed. */
const toFirstKind = { withCrossShrink: true };

const responding: Arbitrary<Moment> = fc.oneof(
  toFirstKind,
  { weight: 2, arbitrary: fc.constant<Moment>("never") },
  { weight: 3, arbitrary: fc.constant<Moment>("start") },
  { weight: 4, arbitrary: fc.constantFrom<Moment[]>(0, 0, -1, 1) },
);
const marking: Arbitrary<Moment> = fc.oneof(
  toFirstKind,
  { weight: 3, arbitrary: fc.constant<Moment>("never") },
  { weight: 1, arbitrary: fc.constantFrom<Moment[]>("start", 0, -1, 1) },
);
const offsetMs: Arbitrary<-1 | 0 | 1> = fc.constantFrom<(-1 | 0 | 1)[]>(0, 0, -1, 1);

/** What somebody chooses: mostly one option of the request, sometimes several, none, or one that is not there. */
type Choice = "first" | "last" | "all" | "none" | "unknown";

const choice: Arbitrary<Choice> = fc.oneof(
  toFirstKind,
  { weight: 8, arbitrary: fc.constantFrom<Choice[]>("first", "last") },
  { weight: 3, arbitrary: fc.constantFrom<Choice[]>("all", "none", "unknown") },
);

/** Draws the data of one run. */
export const parkRespondSweepData: Arbitrary<ParkRespondSweepData> = fc
  .record({
    options: fc.integer({ min: 1, max: OPTIONS.length }),
    defaults: fc.constantFrom<("none" | "first" | "all")[]>("none", "none", "first", "all"),
    multiple: fc.boolean(),
    parkDelayMs: fc.constantFrom<(0 | 1)[]>(0, 1),
    timeoutMs: fc.oneof(
      toFirstKind,
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_600_000 }) },
      { weight: 2, arbitrary: fc.constantFrom(0, 1) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    alice: fc.record({ choice, moment: responding }),
    bob: fc.record({ choice, moment: responding }),
    sweep1OffsetMs: offsetMs,
    sweep2OffsetMs: offsetMs,
    executesEarly: fc.oneof(
      toFirstKind,
      { weight: 2, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    mark: marking,
  })
  .map(({ options: count, defaults, alice, bob, ...drawn }) => {
    const options = OPTIONS.slice(0, count);
    return {
      ...drawn,
      options,
      defaults: defaultsOf(defaults, options, drawn.multiple),
      alice: { chosenOptions: chosen(alice.choice, options), moment: alice.moment },
      bob: { chosenOptions: chosen(bob.choice, options), moment: bob.moment },
    };
  });

function defaultsOf(
  kind: "none" | "first" | "all",
  options: readonly string[],
  multiple: boolean,
): readonly string[] | null {
  if (kind === "none") return null;
  return kind === "all" && multiple ? options : options.slice(0, 1);
}

function chosen(kind: Choice, options: readonly string[]): readonly string[] {
  switch (kind) {
    case "first":
      return options.slice(0, 1);
    case "last":
      return options.slice(-1);
    case "all":
      return options;
    case "none":
      return [];
    case "unknown":
      return ["withdraw"];
  }
}
