/**
 * The engines of a differential search: the in-process one, and several over one server, so that a case can go on while
 * another one waits for its answers.
 */
import { guarded } from "../engine/guarded.ts";
import type { Engine } from "../engine/port.ts";
import type { DifferEngines } from "../differ/differ.ts";

/** Cases that run on the server at the same time, each in a database of its own. */
const SERVER_LANES = 3;

/** What `body` makes of the engines, which are closed in the end; a failure of `body` is not hidden by one of closing. */
export async function withDifferEngines<Result>(
  body: (engines: DifferEngines) => Promise<Result>,
  lanes: number = SERVER_LANES,
): Promise<Result> {
  const closing: (() => Promise<void>)[] = [];
  const kept = (engine: Engine): Engine => {
    closing.unshift(() => engine.close());
    return guarded(engine);
  };
  try {
    const { openEngine } = await import("../pglite/index.ts");
    const { openServerEngine } = await import("../postgres/index.ts");
    const { startEmbeddedServer } = await import("../postgres/embedded-server.ts");
    let url = process.env["DATABASE_URL"] ?? "";
    if (url === "") {
      const server = await startEmbeddedServer();
      closing.unshift(() => server.stop());
      url = server.url;
    }
    const servers: Engine[] = [];
    for (let lane = 0; lane < lanes; lane++) servers.push(kept(await openServerEngine({ url })));
    const result = await body({ pglite: kept(await openEngine()), servers });
    for (const close of closing.splice(0)) await close();
    return result;
  } catch (error) {
    for (const close of closing) await close().catch(() => {});
    throw error;
  }
}
