/** Mutant 6: respond commits the answer, and resumes the task in a second transaction. */
import { reference } from "../protocol.ts";
import { resumeSql } from "../resume.ts";
import { splitting } from "./derive.ts";
import type { ProtocolMutant } from "./mutant.ts";

export const answerAndResumeApart: ProtocolMutant = {
  id: 6,
  title: "answer and resume in two transactions",
  violates: ["I7", "I2"],
  shortest: "crash in between",
  protocol: {
    ...reference,
    respond: (db, input, options) => reference.respond(splitting(db, resumeSql), input, options),
  },
};
