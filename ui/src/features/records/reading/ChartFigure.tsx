import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { day, number } from "@/app/locale";
import type { Chart } from "@/bindings/Chart";
import { name } from "./words";

const Plot = lazy(() => import("./Plot"));

/** Rows of the table beside a curve; more say nothing to the ear. */
const ROWS_MAX = 60;

/** A chart with its title, what its lines are, and its values as a table. */
export function ChartFigure({ chart }: { chart: Chart }) {
  const { t } = useTranslation();
  const title = name(t, chart.title);
  const points = chart.lines[0]?.points.length ?? 0;
  const label = t("page.chartOf", { name: title, count: points });
  return (
    <figure className="ck-figure" data-testid="chart">
      <Text component="figcaption" fw={600}>
        {title}
        {chart.unit && (
          <Text span c="dimmed" size="sm">
            {" "}
            {chart.unit}
          </Text>
        )}
      </Text>
      <Suspense fallback={<Skeleton h={220} />}>
        <Plot chart={chart} label={label} />
      </Suspense>
      <Text size="sm" c="dimmed" className="ck-legend">
        {chart.lines.length > 1 &&
          chart.lines.map((line, index) => (
            <span key={line.label} className="ck-mark">
              <svg width="26" height="8" aria-hidden>
                <line
                  x1="0"
                  y1="4"
                  x2="26"
                  y2="4"
                  className={`ck-line ck-line-${chart.lines.length}-${index}`}
                />
              </svg>
              {name(t, line.label)}
            </span>
          ))}
        {chart.lines.length === 1 && name(t, chart.lines[0]?.label ?? "")}
        {(chart.low !== null || chart.high !== null) && (
          <span>
            ▒ {t("content.rangeBand")}{" "}
            {[chart.low, chart.high].map((end) => (end === null ? "" : number(end))).join(" – ")}
          </span>
        )}
      </Text>
      <details className="ck-written-by">
        <summary>{t("page.chartTable")}</summary>
        <Table chart={chart} />
      </details>
    </figure>
  );
}

function Table({ chart }: { chart: Chart }) {
  const { t } = useTranslation();
  const first = chart.lines[0]?.points ?? [];
  const step = Math.max(1, Math.ceil(first.length / ROWS_MAX));
  const rows = first.filter((_point, index) => index % step === 0);
  const place = (x: number) =>
    chart.axis === "day" ? day(x) : chart.axis === "hourOfDay" ? hour(x) : minutes(x);
  const heads = { day: "page.date", hourOfDay: "page.hour", seconds: "page.seconds" } as const;
  const head = t(heads[chart.axis]);
  return (
    <table className="ck-table">
      <thead>
        <tr>
          <th>{head}</th>
          {chart.lines.map((line) => (
            <th key={line.label} className="ck-num">
              {name(t, line.label)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([x], index) => (
          <tr key={x}>
            <th scope="row">{place(x)}</th>
            {chart.lines.map((line) => (
              <td key={line.label} className="ck-num">
                {number(line.points[index * step]?.[1] ?? Number.NaN)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function hour(x: number): string {
  const whole = Math.floor(x);
  return `${String(whole).padStart(2, "0")}:${String(Math.round((x - whole) * 60)).padStart(2, "0")}`;
}

export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
