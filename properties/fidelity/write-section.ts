/**
 * `npm run fidelity`: writes the section "Fidelity" of sim/README.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BEHAVIOURS } from "./behaviours.ts";
import { fidelitySection, README, withSection } from "./fidelity-section.ts";

const path = fileURLToPath(new URL(`../../${README}`, import.meta.url));
writeFileSync(path, withSection(readFileSync(path, "utf8"), await fidelitySection(BEHAVIOURS)));
