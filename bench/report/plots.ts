/**
 * Plots as SVG, drawn by Observable Plot into a document of linkedom's.
 */
import * as ObservablePlot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Plot } from "../result.ts";

const WIDTH = 760;
const HEIGHT = 420;
/** For the names of the series. */
const MARGIN_RIGHT = 190;
const LEGEND_LINE = 18;
const MARGIN_TOP = 60;

/** The later half of the series is dashed: series come database by database, and two of them may lie in one place. */
const DASHES = "6 5";

/** The plot as the text of an SVG file. */
export function plotSvg({ title, x, y, points }: Plot): string {
  const { document } = parseHTML("<html></html>");
  const values = points.map(({ y: value }) => value).filter((value) => Number.isFinite(value));
  const top = Math.max(...values);
  const series = [...new Set(points.map((point) => point.series))];
  const isDashed = (index: number): boolean => index >= series.length / 2;
  const drawn = ObservablePlot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 70,
    marginRight: MARGIN_RIGHT,
    marginTop: MARGIN_TOP,
    marginBottom: 45,
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
      ticks: 6,
      domain: y.scale === "log" ? [Math.min(...values) / 2, top * 2] : [0, top * 1.1],
      tickFormat: "~s",
    },
    color: { domain: series, scheme: "Observable10" },
    marks: [
      ObservablePlot.text([title], {
        frameAnchor: "top-left",
        dy: 25 - MARGIN_TOP,
        fontSize: 14,
        fontWeight: "bold",
      }),
      ...series.flatMap((name, index) => [
        ObservablePlot.lineY(
          points.filter((point) => point.series === name),
          {
            x: "x",
            y: "y",
            stroke: "series",
            strokeWidth: 2,
            strokeDasharray: isDashed(index) ? DASHES : "none",
            marker: "circle",
          },
        ),
        ObservablePlot.text([{ name }], {
          text: ({ name: text }: { readonly name: string }) =>
            isDashed(index) ? `- - ${text}` : `— ${text}`,
          fill: "name",
          frameAnchor: "top-right",
          textAnchor: "start",
          fontSize: 12,
          dx: 14,
          dy: index * LEGEND_LINE,
        }),
      ]),
    ],
  });
  drawn.setAttribute("style", "background: white; color: black");
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${drawn.outerHTML}\n`;
}
