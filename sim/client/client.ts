/**
 * `Client`: pg's own client over a simulated connection of its own (see pool.ts).
 */
import pg from "pg";
import { actorScope, trackActors } from "../race/actor-scope.ts";
import { SimulatedStream } from "./simulated-stream.ts";

trackActors();

/** pg's Client; made and used by an actor, whose further session it is. */
export class Client extends pg.Client {
  constructor(config: string | pg.ClientConfig = {}) {
    const { actor, connections } = actorScope();
    const open = (): SimulatedStream => {
      const lane = connections.reserve(actor);
      const stream = new SimulatedStream(connections, lane);
      stream.lend(lane);
      stream.once("close", () => stream.takeBack());
      return stream;
    };
    super({
      ...(typeof config === "string" ? { connectionString: config } : config),
      ssl: false,
      password: "",
      stream: open as unknown as NonNullable<pg.ClientConfig["stream"]>,
    });
  }
}
