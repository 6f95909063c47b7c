/**
 * What a task asks a person, and whether it may be asked at all.
 */
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** A person, as the request and the answer name one. */
export type User = { readonly id: string; readonly name: string };

/** The request columns of hitl_detail. */
export interface HitlRequest {
  readonly subject: string;
  readonly body: string | null;
  /** What may be chosen; at least one. */
  readonly options: readonly string[];
  /** Chosen for the human when the deadline passes; null: the task times out instead. */
  readonly defaults: readonly string[] | null;
  /** True where more than one option may be chosen. */
  readonly multiple: boolean;
  /** Form fields by name: a value, or `{ value, schema }` with a JSON schema (see params.ts). */
  readonly params: JsonObject;
  /** Who may answer; empty: everybody. */
  readonly assignees: readonly User[];
}

/** The response columns of hitl_detail. */
export interface Answer {
  readonly chosenOptions: readonly string[];
  readonly paramsInput: JsonObject;
}

/** Says in one sentence why `request` cannot be asked, or undefined. */
export function whyNotAskable(request: HitlRequest): string | undefined {
  if (request.options.length === 0) return "options is empty";
  if (new Set(request.options).size < request.options.length) return "options names one option twice";
  if (request.defaults === null) return undefined;
  if (request.defaults.length === 0) return "defaults is empty; leave it null where there is none";
  const unknown = request.defaults.filter((option) => !request.options.includes(option));
  if (unknown.length > 0) return `defaults has unknown options: ${unknown.join(", ")}`;
  if (request.defaults.length > 1 && !request.multiple)
    return "defaults has several options without multiple";
  return undefined;
}

/** The form fields before anybody filled them in: the `value` of a `{ value, schema }`, else the field itself. */
export function initialValues(params: JsonObject): JsonObject {
  const entries = Object.entries(params).map(([key, param]): [string, Json] => [
    key,
    isJsonObject(param) && param["value"] !== undefined ? param["value"] : param,
  ]);
  return Object.fromEntries(entries);
}
