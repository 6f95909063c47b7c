import { openEngine } from "../../sim/pglite/next/index.ts";
import { describeEngine } from "./conformance.ts";

describeEngine("the in-process engine", () => openEngine(), { sessionAdvisoryLocks: true });
