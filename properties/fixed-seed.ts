/**
 * Before every test file: fast-check draws from the suites' seed, so that a run of the tests can be had again.
 */
import fc from "fast-check";
import { suiteSeed } from "./hitl/suite-seed.ts";

fc.configureGlobal({ seed: suiteSeed("fast-check") });
