#!/usr/bin/env -S npx tsx
/**
 * The command line's composition root: the harness with the races of this repository.
 */
import { main } from "../sim/cli/main.ts";
import { races } from "./races/index.ts";

process.exitCode = await main(process.argv.slice(2), races);
