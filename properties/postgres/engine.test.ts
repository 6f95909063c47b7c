/**
 * The engine over a real server does what the engine port promises.
 */
import { openServerEngine } from "../../sim/postgres/index.ts";
import { describeEngine } from "../engine/conformance.ts";

describeEngine("the engine over a PostgreSQL server", () => openServerEngine());
