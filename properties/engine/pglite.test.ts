import { openEngine } from "../../sim/pglite/index.ts";
import { describeEngine } from "./conformance.ts";

describeEngine("the in-process engine", () => openEngine());
