import type { Chart } from "@/bindings/Chart";
import type { ResultItem } from "@/bindings/ResultItem";

/** How a value went over time, beside its range; both halves of a pair. */
export function trendOf(result: ResultItem): Chart {
  const line = (label: string, history: ResultItem["history"]) => ({
    label,
    points: history.map((point): [number, number] => [point.at, point.value]),
  });
  const { companion } = result;
  return {
    title: result.name,
    unit: result.unit,
    axis: "day",
    style: "line",
    lines: companion
      ? [line("bloodPressureSystolic", result.history), line("bloodPressureDiastolic", companion.history)]
      : [line("value", result.history)],
    low: companion ? null : result.low,
    high: companion ? null : result.high,
  };
}
