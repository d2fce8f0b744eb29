import { Select, Skeleton, Text, Title } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow } from "@/bindings/RecordRow";
import { RecordLink } from "./RecordRows";
import {
  itemAt,
  itemCount,
  placeOfYear,
  sourceOf,
  type TimelineSource,
  type TimelineYear,
  yearKey,
} from "./timelineSource";
import "./timeline.css";

/** Up to this many rows stand in the page as they are; of more, only those in sight. */
export const PLAIN_MAX = 80;

const HEADING_HEIGHT = 48;
const ROW_HEIGHT = 68;

interface Props {
  source: TimelineSource;
  /** Set in somebody else's records. */
  patientId?: string;
  /** Stands beside the year to jump to. */
  side?: ReactNode;
}

/** Records by year, the newest first. */
export function Timeline({ source, patientId, side }: Props) {
  const [target, jump] = useState<{ year: number | null } | null>(null);
  const List = source.total > PLAIN_MAX ? LongList : PlainList;
  return (
    <div className="ck-timeline">
      {(source.years.length > 1 || side) && (
        <div className="ck-timeline-bar">
          <div className="ck-grow">{side}</div>
          {source.years.length > 1 && <YearJump years={source.years} onJump={(year) => jump({ year })} />}
        </div>
      )}
      <List source={source} patientId={patientId} target={target} />
    </div>
  );
}

/** A timeline of rows that are all here. */
export function TimelineOf(props: { rows: RecordRow[]; patientId?: string; side?: ReactNode }) {
  const { rows, patientId, side } = props;
  const source = useMemo(() => sourceOf(rows), [rows]);
  return <Timeline source={source} patientId={patientId} side={side} />;
}

interface ListProps {
  source: TimelineSource;
  patientId?: string;
  /** The year that was asked for last; a new object for each time it is asked. */
  target: { year: number | null } | null;
}

function PlainList({ source, patientId, target }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const { total } = source;
  useEffect(() => source.want(0, total), [source, total]);
  useEffect(() => {
    if (target) focusYear(list.current, target.year, true);
  }, [target]);
  let next = 0;
  return (
    <div ref={list} data-testid="timeline">
      {source.years.map((year) => {
        const first = next;
        next += year.count;
        return (
          <section key={yearKey(year.year)} className="ck-timeline-section" aria-label={yearKey(year.year)}>
            <YearHeading year={year} />
            <div className="ck-rows">
              {Array.from({ length: year.count }, (_, index) => (
                <Row
                  key={source.row(first + index)?.id ?? `place-${first + index}`}
                  row={source.row(first + index)}
                  patientId={patientId}
                />
              ))}
            </div>
          </section>
        );
      })}
    </div>
  );
}

function LongList({ source, patientId, target }: ListProps) {
  const { years } = source;
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (list.current) setOffset(list.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const headings = useMemo(() => years.map(({ year }) => placeOfYear(years, year)), [years]);
  const sticky = useRef(0);
  const virtual = useWindowVirtualizer({
    count: itemCount(years),
    estimateSize: (index) => (headings.includes(index) ? HEADING_HEIGHT : ROW_HEIGHT),
    overscan: 8,
    scrollMargin: offset,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      sticky.current = headings.findLast((index) => index <= startIndex) ?? 0;
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const range = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      return sticky.current < first ? [sticky.current, ...range] : range;
    },
  });
  const shown = virtual.getVirtualItems();
  const rows = shown.map(({ index }) => itemAt(years, index)).filter((item) => item.row !== null);
  const first = rows[0]?.row ?? 0;
  const last = rows.at(-1)?.row ?? 0;
  useEffect(() => source.want(first, last + 1), [source, first, last]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new target moves the list
  useEffect(() => {
    if (!target) return;
    virtual.scrollToIndex(placeOfYear(years, target.year), { align: "start" });
    const timer = requestAnimationFrame(() => focusYear(list.current, target.year, false));
    return () => cancelAnimationFrame(timer);
  }, [target]);

  return (
    <div
      ref={list}
      className="ck-timeline-long"
      style={{ height: virtual.getTotalSize() }}
      data-testid="timeline"
      data-total={source.total}
    >
      {shown.map(({ index, key, start }) => {
        const item = itemAt(years, index);
        const isSticky = index === sticky.current;
        return (
          <div
            key={key}
            data-index={index}
            ref={virtual.measureElement}
            className={isSticky ? "ck-timeline-held" : "ck-timeline-placed"}
            style={isSticky ? undefined : { transform: `translateY(${start - offset}px)` }}
          >
            {item.row === null ? (
              <YearHeading year={item.year} />
            ) : (
              <div className="ck-timeline-row">
                <Row row={source.row(item.row)} patientId={patientId} />
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
}

function Row({ row, patientId }: { row: RecordRow | undefined; patientId?: string }) {
  return row ? (
    <RecordLink row={row} patientId={patientId} />
  ) : (
    <div className="ck-row" aria-hidden>
      <Skeleton h={40} radius="md" />
    </div>
  );
}

function YearHeading({ year }: { year: TimelineYear }) {
  const { t } = useTranslation();
  return (
    <div className="ck-year">
      <Title order={2} size="h4" tabIndex={-1} data-year={yearKey(year.year)} data-testid="timeline-year">
        {year.year ?? t("timeline.noDate")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("timeline.count", { count: year.count })}
      </Text>
    </div>
  );
}

function YearJump({ years, onJump }: { years: TimelineYear[]; onJump: (year: number | null) => void }) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t("timeline.jump")}
      placeholder={t("timeline.jump")}
      className="ck-timeline-jump"
      data={years.map(({ year, count }) => ({
        value: yearKey(year),
        label: `${year ?? t("timeline.noDate")} · ${count}`,
      }))}
      value={null}
      onChange={(chosen) => {
        const found = years.find(({ year }) => yearKey(year) === chosen);
        if (found) onJump(found.year);
      }}
      data-testid="timeline-jump"
    />
  );
}

/** The heading takes the focus, so that the next Tab is the year's first record. */
function focusYear(list: HTMLElement | null, year: number | null, scroll: boolean) {
  const heading = list?.querySelector<HTMLElement>(`[data-year="${yearKey(year)}"]`);
  if (scroll) heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}
