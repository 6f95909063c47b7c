#!/usr/bin/env node
/**
 * The command line's composition root: the harness with the races of this repository.
 */
import { runProgram } from "../sim/cli/program.ts";
import { examples } from "./examples/index.ts";
import { anomalies } from "./isolation/anomalies.ts";
import { races } from "./races/index.ts";

await runProgram(import.meta.url, [...races, ...examples, ...anomalies]);
