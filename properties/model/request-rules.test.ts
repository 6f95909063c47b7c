import { expect, test } from "vitest";
import { whyBadChoice } from "../../model/choice.ts";
import { executeComplete } from "../../model/execute-complete.ts";
import { sameJson, type JsonObject } from "../../model/json.ts";
import { whyBadParams } from "../../model/params.ts";
import { initialValues, whyNotAskable } from "../../model/request.ts";
import { request } from "./fixture.ts";
import { aliceEvent } from "./states.ts";

test.each([
  [{}, undefined],
  [{ options: [] }, "options is empty"],
  [{ options: ["a", "a"] }, "options names one option twice"],
  [{ defaults: ["approve"] }, undefined],
  [{ defaults: [] }, "defaults is empty; leave it null where there is none"],
  [{ defaults: ["later"] }, "defaults has unknown options: later"],
  [{ defaults: ["approve", "reject"] }, "defaults has several options without multiple"],
  [{ defaults: ["approve", "reject"], multiple: true }, undefined],
])("a request with %j is refused because: %s", (columns, why) => {
  expect(whyNotAskable({ ...request, ...columns })).toBe(why);
});

const params: JsonObject = {
  plain: 1,
  n: { value: 1, schema: { type: "integer", minimum: 1, maximum: 9 } },
  s: { value: "", schema: { type: ["string", "null"], minLength: 1, maxLength: 2 } },
  e: { value: { a: 1, b: 2 }, schema: { enum: [{ a: 1, b: 2 }] } },
  list: { value: [], schema: { type: "array" } },
  map: { value: {}, schema: { type: "object" } },
};

test.each<[JsonObject, string | undefined]>([
  [{}, undefined],
  [{ plain: "anything" }, undefined],
  [{ unknown: 1 }, "params_input has the unknown key unknown"],
  [{ _options: 1 }, "params_input has the reserved key _options"],
  [{ n: 1 }, undefined],
  [{ n: 1.5 }, "params_input.n is not of type integer"],
  [{ n: 0 }, "params_input.n is below 1"],
  [{ n: 10 }, "params_input.n is above 9"],
  [{ s: null }, undefined],
  [{ s: "" }, "params_input.s is shorter than 1"],
  [{ s: "abc" }, "params_input.s is longer than 2"],
  [{ s: 1 }, "params_input.s is not of type string or null"],
  [{ e: { b: 2, a: 1 } }, undefined],
  [{ e: { a: 1 } }, "params_input.e is not one of the allowed values"],
  [{ list: {} }, "params_input.list is not of type array"],
  [{ map: [] }, "params_input.map is not of type object"],
])("the params_input %j is refused because: %s", (input, why) => {
  expect(whyBadParams(params, input)).toBe(why);
});

test("an answer is checked for its options first, then for its params", () => {
  expect(whyBadChoice(request, { chosenOptions: ["x", "y"], paramsInput: { z: 1 } })).toBe(
    "unknown options: x, y",
  );
  expect(whyBadChoice(request, { chosenOptions: ["approve", "reject"], paramsInput: {} })).toBe(
    "several options without multiple: approve, reject",
  );
  expect(whyBadChoice(request, { chosenOptions: ["approve"], paramsInput: { z: 1 } })).toContain(
    "unknown key",
  );
  expect(whyBadChoice(request, { chosenOptions: ["approve"], paramsInput: {} })).toBeUndefined();
});

test("the initial value of a form field is its value, or the field itself", () => {
  expect(initialValues({ a: 1, b: { value: null, schema: {} }, c: { other: 1 } })).toEqual({
    a: 1,
    b: null,
    c: { other: 1 },
  });
});

test("two JSON values are the same whatever the order of their keys", () => {
  expect(sameJson({ a: [1, { b: 2, c: 3 }] }, { a: [1, { c: 3, b: 2 }] })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson(null, {})).toBe(false);
});

test.each([
  ["success", undefined, "execute_complete", { event: aliceEvent }],
  ["failed", "HITLTimeoutError", "execute_complete", { event: { error: "late", error_type: "timeout" } }],
  [
    "failed",
    "HITLTriggerEventError",
    "execute_complete",
    { event: { error: "broken", error_type: "trigger" } },
  ],
  [
    "failed",
    "HITLTriggerEventError",
    "execute_complete",
    { event: { ...aliceEvent, chosen_options: ["x"] } },
  ],
  ["failed", "TaskDeferralError", "__fail__", { error: "next_kwargs is not a JSON object" }],
  ["failed", "TaskDeferralError", "execute_complete", {}],
  ["failed", "TaskDeferralError", "execute_complete", ["broken"]],
] as const)("a run ends in %s (%s) when %s is given %j", (state, error, nextMethod, nextKwargs) => {
  const outcome = executeComplete({ status: 200, nextMethod, nextKwargs }, request);
  expect(outcome).toMatchObject(error === undefined ? { state } : { state, error });
});
