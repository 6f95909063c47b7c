/**
 * The backends that serve sessions: a session is given one when it is opened, and gives it back when it ends.
 */
import { SwitchyardError } from "../switchyard-error.ts";
import { PreparedStatements } from "./prepared-statements.ts";
import { proveFacts } from "./proofs/prove-facts.ts";
import type { Server } from "./server.ts";
import type { Berth } from "./session.ts";
import { readReply } from "./wire.ts";

/** What takes back everything that a session may have left behind, prepared statements excepted. */
const SET_SESSION_BACK = `
  close all; set session authorization default; reset all; unlisten *; select pg_advisory_unlock_all();
  discard temp; discard sequences`;

/** All backends of a server that are not the harness's own. */
export class Berths {
  readonly #server: Server;
  /** Without a session, by process id. */
  readonly #free: Berth[] = [];

  constructor(server: Server) {
    this.#server = server;
  }

  /** Two backends prove the facts of build-facts.ts, and serve sessions afterwards. Throws what `proveFacts` throws. */
  proveFacts(): void {
    const [holder, waiter] = [this.#boot(), this.#boot()];
    proveFacts({ server: this.#server, holder: holder.backend, waiter: waiter.backend });
    this.#free.push(holder, waiter);
  }

  /** A backend for a session; another one is booted if none is free. */
  take(): Berth {
    return this.#free.shift() ?? this.#boot();
  }

  /**
   * Takes the backend of a session that has ended. `marked`: the session may have left behind in it what another one must not
   * find. Throws SwitchyardError "harness" if that cannot be taken back.
   */
  give(berth: Berth, marked: boolean): void {
    if (marked) this.#setBack(berth);
    this.#free.push(berth);
    this.#free.sort((a, b) => a.backend.pid - b.backend.pid);
  }

  /** Statements that were parsed before the schema changed are parsed again. */
  forgetStatements(): void {
    for (const { statements } of this.#free) statements.forget();
  }

  #boot(): Berth {
    const berth = { backend: this.#server.backends.boot(), statements: new PreparedStatements() };
    // A backend seeds its generator from the machine at first use, unless it has been seeded before.
    this.#server.backends.runHere(berth.backend, berth.statements.once("select setseed(0)"));
    return berth;
  }

  #setBack({ backend, statements }: Berth): void {
    const { backends } = this.#server;
    for (const text of ["deallocate all", ...SET_SESSION_BACK.split(";")]) {
      const { error } = readReply(backends.runHere(backend, statements.once(text)));
      if (error === undefined) continue;
      throw new SwitchyardError(
        "harness",
        `A session could not be set back: ${error.message}`,
        "Report this with the command that led to it.",
      );
    }
    statements.dropped();
  }
}
