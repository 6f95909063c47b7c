/**
 * For `node --import`: changes one text of build-facts.js as it is loaded, told by FALSIFIED_FACT, e.g. "xid: 36=>xid: 40".
 */
import { register } from "node:module";

const hook = `
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.includes("/pglite/build-facts.js")) return loaded;
  const [from, to] = process.env.FALSIFIED_FACT.split("=>");
  const source = loaded.source.toString();
  if (!source.includes(from)) throw new Error("build-facts.js does not say " + from);
  return { ...loaded, source: source.replace(from, to) };
}`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
