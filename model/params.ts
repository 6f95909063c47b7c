/**
 * Checks what a human filled into the form fields against the request's params.
 *
 * A field may carry a JSON schema. The keywords understood are `type`, `enum`, `minimum`, `maximum`, `minLength` and
 * `maxLength` of JSON Schema 2020-12; any other keyword is ignored, as that specification says of unknown ones.
 */
import { isJsonObject, sameJson, type Json, type JsonObject } from "./json.ts";

/** Keys that the form itself uses and that no field may have. */
const RESERVED_PARAMS: readonly string[] = ["_options"];

/** Says in one sentence why `input` does not fit `params`, or undefined. */
export function whyBadParams(params: JsonObject, input: JsonObject): string | undefined {
  for (const [key, value] of Object.entries(input)) {
    if (RESERVED_PARAMS.includes(key)) return `params_input has the reserved key ${key}`;
    if (!Object.hasOwn(params, key)) return `params_input has the unknown key ${key}`;
    const why = whyNotOfSchema(schemaOf(params[key] ?? null), value);
    if (why !== undefined) return `params_input.${key} ${why}`;
  }
  return undefined;
}

function schemaOf(param: Json): JsonObject {
  const schema = isJsonObject(param) ? param["schema"] : undefined;
  return schema !== undefined && isJsonObject(schema) ? schema : {};
}

function whyNotOfSchema(schema: JsonObject, value: Json): string | undefined {
  const { type, minimum, maximum, minLength, maxLength, enum: members } = schema;
  if (type !== undefined && !typeNames(type).some((name) => isOfType(name, value))) {
    return `is not of type ${typeNames(type).join(" or ")}`;
  }
  if (Array.isArray(members) && !members.some((member: Json) => sameJson(member, value))) {
    return "is not one of the allowed values";
  }
  if (typeof value === "number") {
    if (typeof minimum === "number" && value < minimum) return `is below ${minimum}`;
    if (typeof maximum === "number" && value > maximum) return `is above ${maximum}`;
  }
  if (typeof value === "string") {
    const length = [...value].length;
    if (typeof minLength === "number" && length < minLength) return `is shorter than ${minLength}`;
    if (typeof maxLength === "number" && length > maxLength) return `is longer than ${maxLength}`;
  }
  return undefined;
}

function typeNames(type: Json): readonly string[] {
  return (Array.isArray(type) ? type : [type]).filter((name: Json) => typeof name === "string");
}

function isOfType(name: string, value: Json): boolean {
  switch (name) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === name;
  }
}
