/**
 * Settings that a client sends when it connects (statement_timeout and the like), as statements.
 */
import type { Statement } from "../engine/port.ts";

/** Startup parameters that are no settings, or that make no difference here. */
const IGNORED = ["user", "database", "application_name", "client_encoding", "replication", "options"];

/** A statement for each setting among a startup's parameters, and for each `-c name=value` in its options. */
export function startupSettings(parameters: Readonly<Record<string, string>>): readonly Statement[] {
  const options = [...(parameters["options"] ?? "").matchAll(/-c\s*([\w.]+)=((?:\\.|\S)*)/g)].map(
    ([, name = "", value = ""]) => [name, value.replaceAll(/\\(.)/g, "$1")] as const,
  );
  const own = Object.entries(parameters).filter(([name]) => !IGNORED.includes(name));
  return [...own, ...options].map(([name, value]) => ({
    text: "select set_config($1, $2, false)",
    values: [name, value],
  }));
}
