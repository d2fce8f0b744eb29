import type { RecordRow } from "@/bindings/RecordRow";

/** How many records a year has; years come newest first. */
export interface TimelineYear {
  /** None for records without a date. */
  year: number | null;
  count: number;
}

/** Where a timeline takes its rows from: they may be here already, or come page by page. */
export interface TimelineSource {
  total: number;
  years: TimelineYear[];
  /** None while it is on its way. */
  row: (index: number) => RecordRow | undefined;
  /** These rows come into sight. */
  want: (from: number, to: number) => void;
}

/** A timeline of rows that are all here. */
export function sourceOf(rows: RecordRow[]): TimelineSource {
  const sorted = [...rows].sort((a, b) => b.date - a.date);
  const years: TimelineYear[] = [];
  for (const row of sorted) {
    const year = yearOf(row.date);
    const last = years.at(-1);
    if (last && last.year === year) last.count += 1;
    else years.push({ year, count: 1 });
  }
  return { total: sorted.length, years, row: (index) => sorted[index], want: () => {} };
}

/** The year in UTC, as the list is sorted; a document whose date is not known stands at the beginning of time. */
export function yearOf(date: number): number | null {
  return date === 0 ? null : new Date(date).getUTCFullYear();
}

export const yearKey = (year: number | null) => (year === null ? "none" : String(year));

/** Headings and rows in one sequence: each year's heading, then its rows. */
export function itemAt(years: TimelineYear[], index: number): { year: TimelineYear; row: number | null } {
  let heading = 0;
  let rows = 0;
  for (const year of years) {
    if (index === heading) return { year, row: null };
    if (index <= heading + year.count) return { year, row: rows + (index - heading - 1) };
    heading += year.count + 1;
    rows += year.count;
  }
  throw new RangeError(`no item ${index}`);
}

export function itemCount(years: TimelineYear[]): number {
  return years.reduce((sum, year) => sum + year.count + 1, 0);
}

/** Where the heading of a year stands in that sequence. */
export function placeOfYear(years: TimelineYear[], wanted: number | null): number {
  const before = years.slice(
    0,
    years.findIndex(({ year }) => year === wanted),
  );
  return itemCount(before);
}
