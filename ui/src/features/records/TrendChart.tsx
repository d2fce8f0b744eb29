import { Text, useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { day, number } from "@/app/locale";
import type { ResultItem } from "@/bindings/ResultItem";

const HEIGHT = 220;

/** A repeated value over time, with its reference range as a band. The same values follow as a table for screen readers. */
export default function TrendChart({ result }: { result: ResultItem }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const label = t("content.chart", {
    name: result.name,
    unit: result.unit ?? "",
    count: result.history.length,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read again when the scheme changes
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const chart = new uPlot(options(element, result), data(result), element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [result, scheme]);

  return (
    <figure className="ck-figure" data-testid="trend-chart">
      <div ref={box} role="img" aria-label={label} />
      <Text component="figcaption" size="sm" c="dimmed">
        {label}
        {(result.low !== null || result.high !== null) && ` · ▒ ${t("content.rangeBand")}`}
      </Text>
      <table className="ck-visually-hidden">
        <caption>{t("content.table")}</caption>
        <tbody>
          {result.history.map((point) => (
            <tr key={point.at}>
              <th scope="row">{day(point.at)}</th>
              <td>{`${number(point.value)} ${result.unit ?? ""}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function data(result: ResultItem): uPlot.AlignedData {
  return [result.history.map((point) => point.at / 1000), result.history.map((point) => point.value)];
}

function options(element: HTMLElement, result: ResultItem): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const line = color("--mantine-primary-color-light-color") || "#0f6f61";
  const text = color("--mantine-color-dimmed") || "#4b5563";
  const grid = color("--ck-line") || "#dfe3e8";
  const band = color("--mantine-primary-color-light") || "rgba(15, 111, 97, 0.12)";
  const font = `13px ${style.fontFamily}`;
  const axis = {
    stroke: text,
    font,
    labelFont: font,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
  };
  return {
    width: element.clientWidth || 600,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: (_chart, low, high) => pad(low, high) },
      y: { range: () => span(result) },
    },
    axes: [
      { ...axis, values: (_chart, ticks) => ticks.map((tick) => axisDate(tick * 1000, result)) },
      {
        ...axis,
        size: 64,
        label: result.unit ?? undefined,
        labelSize: 22,
        values: (_chart, ticks) => ticks.map((tick) => number(tick)),
      },
    ],
    series: [{}, { stroke: line, width: 2, points: { show: true, size: 8, fill: line, stroke: line } }],
    hooks: { drawClear: [(chart) => drawBand(chart, result, band)] },
  };
}

/** The values and the range, with a little air. */
function span(result: ResultItem): [number, number] {
  const values = result.history.map((point) => point.value);
  if (result.low !== null) values.push(result.low);
  if (result.high !== null) values.push(result.high);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

function pad(low: number, high: number): [number, number] {
  const air = (high - low) * 0.04 || 86_400;
  return [low - air, high + air];
}

function axisDate(at: number, result: ResultItem): string {
  const first = result.history[0]?.at ?? at;
  const last = result.history.at(-1)?.at ?? at;
  const years = last - first > 500 * 86_400_000;
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return years
    ? `${two(date.getMonth() + 1)}/${date.getFullYear()}`
    : `${two(date.getDate())}.${two(date.getMonth() + 1)}.`;
}

function drawBand(chart: uPlot, result: ResultItem, fill: string) {
  if (result.low === null && result.high === null) return;
  const { ctx, bbox } = chart;
  const top = result.high === null ? bbox.top : chart.valToPos(result.high, "y", true);
  const bottom = result.low === null ? bbox.top + bbox.height : chart.valToPos(result.low, "y", true);
  ctx.save();
  ctx.fillStyle = fill;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}
