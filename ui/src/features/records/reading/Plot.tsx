import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { number } from "@/app/locale";
import type { Chart } from "@/bindings/Chart";
import { hour, minutes } from "./ChartFigure";

const HEIGHT = 220;

/** Lines are told apart by their shape, by how many there are; the style sheet draws the same beside their names. */
const DASHES: Record<number, (number[] | null)[]> = { 2: [null, [6, 4]], 3: [[2, 3], null, [6, 4]] };

/** The drawing of a chart; its words stand around it. */
export default function Plot({ chart, label }: { chart: Chart; label: string }) {
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => new uPlot(options(element, chart), data(chart), element);
    let plot = draw();
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // Only now do the style sheets give the new colours.
    const recoloured = new MutationObserver(() => {
      plot.destroy();
      plot = draw();
    });
    recoloured.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      resized.disconnect();
      recoloured.disconnect();
      plot.destroy();
    };
  }, [chart]);

  return <div ref={box} role="img" aria-label={label} className="ck-plot" />;
}

const place = (chart: Chart, x: number) => (chart.axis === "day" ? x / 1000 : x);

function data(chart: Chart): uPlot.AlignedData {
  const xs = [...new Set(chart.lines.flatMap((line) => line.points.map(([x]) => place(chart, x))))].sort(
    (one, other) => one - other,
  );
  const lines = chart.lines.map((line) => {
    const values = new Map(line.points.map(([x, y]) => [place(chart, x), y]));
    return xs.map((x) => values.get(x) ?? null);
  });
  return [xs, ...lines];
}

function options(element: HTMLElement, chart: Chart): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const line = color("--mantine-primary-color-light-color", "#0f6f61");
  const text = color("--mantine-color-dimmed", "#4b5563");
  const grid = color("--ck-line", "#dfe3e8");
  const fill = color("--mantine-primary-color-light", "rgba(15, 111, 97, 0.12)");
  const font = `13px ${style.fontFamily}`;
  const axis = {
    stroke: text,
    font,
    labelFont: font,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
  };
  const few = (chart.lines[0]?.points.length ?? 0) <= 60;
  const dashes = DASHES[chart.lines.length] ?? [];
  return {
    width: element.clientWidth || 600,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: chart.axis === "day" }, y: { range: () => span(chart) } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => tickWords(chart, tick)) },
      {
        ...axis,
        size: 64,
        label: chart.unit ?? undefined,
        labelSize: 22,
        values: (_plot, ticks) => ticks.map((tick) => number(tick)),
      },
    ],
    series: [
      {},
      ...chart.lines.map((_line, index) => ({
        stroke: line,
        width: dashes[index] ? 1.5 : 2,
        dash: dashes[index] ?? undefined,
        spanGaps: true,
        ...(chart.style === "bars"
          ? { paths: uPlot.paths.bars?.({ size: [0.7, 24] }), fill, points: { show: false } }
          : { points: { show: few && chart.lines.length < 3, size: 6, fill: line, stroke: line } }),
      })),
    ],
    hooks: { drawClear: [(plot) => drawBand(plot, chart, fill)] },
  };
}

function tickWords(chart: Chart, tick: number): string {
  if (chart.axis === "hourOfDay") return hour(tick);
  if (chart.axis === "seconds") return minutes(tick);
  const date = new Date(tick * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const points = chart.lines[0]?.points ?? [];
  const years = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0) > 500 * 86_400_000;
  return years
    ? `${two(date.getUTCMonth() + 1)}/${date.getUTCFullYear()}`
    : `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.`;
}

/** The values and the range, with a little air; bars stand on zero. */
function span(chart: Chart): [number, number] {
  let low = chart.low ?? Number.POSITIVE_INFINITY;
  let high = chart.high ?? Number.NEGATIVE_INFINITY;
  for (const { points } of chart.lines) {
    for (const [, y] of points) {
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const air = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
  if (chart.style === "bars") return [Math.min(0, low), high + air];
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

function drawBand(plot: uPlot, chart: Chart, fill: string) {
  if (chart.low === null && chart.high === null) return;
  const { ctx, bbox } = plot;
  const top = chart.high === null ? bbox.top : plot.valToPos(chart.high, "y", true);
  const bottom = chart.low === null ? bbox.top + bbox.height : plot.valToPos(chart.low, "y", true);
  ctx.save();
  ctx.fillStyle = fill;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}
