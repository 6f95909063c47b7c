#!/usr/bin/env -S npx tsx
/**
 * The command line's composition root: the harness with the races of this repository.
 */
import { runProgram } from "../sim/cli/program.ts";
import { examples } from "./examples/index.ts";
import { races } from "./races/index.ts";

await runProgram(import.meta.url, [...races, ...examples]);
