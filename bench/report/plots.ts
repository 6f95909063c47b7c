/**
 * Plots as SVG, drawn by Observable Plot into a document of linkedom's.
 */
import * as ObservablePlot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Plot } from "../result.ts";

const WIDTH = 760;
const HEIGHT = 420;
/** For the names of the series beside their last points. */
const MARGIN_RIGHT = 160;

/** The plot as the text of an SVG file. */
export function plotSvg({ title, x, y, points }: Plot): string {
  const { document } = parseHTML("<html></html>");
  const values = points.map(({ y: value }) => value).filter((value) => Number.isFinite(value));
  const top = Math.max(...values);
  const drawn = ObservablePlot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 70,
    marginRight: MARGIN_RIGHT,
    marginTop: 50,
    x: {
      type: x.scale,
      label: x.label,
      ticks: [...new Set(points.map((point) => point.x))],
      tickFormat: ",",
    },
    y: {
      type: y.scale,
      label: y.label,
      grid: true,
      domain: y.scale === "log" ? [Math.min(...values) / 2, top * 2] : [0, top * 1.1],
      tickFormat: "~s",
    },
    color: { scheme: "Tableau10" },
    marks: [
      ObservablePlot.text([title], { frameAnchor: "top-left", dy: -35, fontSize: 14, fontWeight: "bold" }),
      ObservablePlot.lineY(points, { x: "x", y: "y", stroke: "series", marker: "circle" }),
      ObservablePlot.text(
        points,
        ObservablePlot.selectLast({
          x: "x",
          y: "y",
          z: "series",
          text: "series",
          fill: "series",
          textAnchor: "start",
          dx: 8,
        }),
      ),
    ],
  });
  drawn.setAttribute("style", "background: white; color: black");
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${drawn.outerHTML}\n`;
}
