import {
  Alert,
  Card,
  Group,
  SegmentedControl,
  Select,
  Slider,
  Stack,
  Text,
  Title,
  useComputedColorScheme,
} from "@mantine/core";
import { useDisclosure, useElementSize } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconChevronLeft,
  IconChevronRight,
  IconMaximize,
  IconQuestionMark,
} from "@tabler/icons-react";
import { type PointerEvent, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { number } from "@/app/locale";
import type { SignalGroup } from "@/bindings/SignalGroup";
import type { Signals } from "@/bindings/Signals";
import type { Where } from "./frames";
import type { Point } from "./geometry";
import {
  type Caliper,
  drawCaliper,
  drawSheet,
  PAPER,
  type Paper,
  type Sheet,
  stackedSheet,
  twelveSheet,
} from "./signalDrawing";
import { clockTime, eachStep, Samples, twelveLeads } from "./signals";
import { ShortcutHelp, type Shortcuts, Tool, useShortcuts } from "./Tools";

/** CSS says that an inch has 96 pixels. */
const MM = 96 / 25.4;
const SPEEDS = [6.25, 12.5, 25, 50, 100];
const GAINS = [2.5, 5, 10, 20, 50, 100];
const SHEET_SECONDS = 10;
const MARKS_LISTED = 200;

interface Props {
  where: Where;
  signals: Signals | null;
  title: string;
  missing: string | null;
}

/** Curves on the paper that clinicians know: 25 mm a second, 10 mm a millivolt. */
export default function SignalViewer({ where, signals, title, missing }: Props) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  if (missing !== null || signals === null) {
    return (
      <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="signal-missing">
        {missing === null ? t("viewing.signals.unknown") : t("viewing.signals.missing", { name: missing })}
      </Alert>
    );
  }
  const group = signals.groups[at];
  return (
    <Stack data-testid="signal-viewer">
      {signals.hasPauses && <Alert color="amber">{t("viewing.signals.pauses")}</Alert>}
      {signals.groups.length > 1 && (
        <SegmentedControl
          aria-label={t("viewing.signals.group")}
          data={signals.groups.map((one, index) => ({
            value: String(index),
            label: one.label || t("viewing.signals.groupName", { n: index + 1 }),
          }))}
          value={String(at)}
          onChange={(index) => setAt(Number(index))}
          maw="100%"
        />
      )}
      {group ? (
        <Curves key={at} where={where} index={at} group={group} signals={signals} title={title} />
      ) : (
        <>
          <Text>{t("viewing.signals.none")}</Text>
          <Marks signals={signals} onGo={null} />
        </>
      )}
      {signals.findings.length > 0 && (
        <Card component="section">
          <Title order={2} size="h4" mb="xs">
            {t("viewing.signals.findings")}
          </Title>
          <dl className="ck-facts" data-testid="signal-findings">
            {signals.findings.map(({ name, value }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: findings may repeat
              <div key={index}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Card>
      )}
    </Stack>
  );
}

function Curves(props: { where: Where; index: number; group: SignalGroup; signals: Signals; title: string }) {
  const { where, index, group, signals, title } = props;
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light");
  const { ref: measure, width } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheetNow = useRef<Sheet | null>(null);
  const [news, heard] = useReducer((count: number) => count + 1, 0);
  const [fault, setFault] = useState<unknown>(null);
  const [paper, setPaper] = useState<Paper>({ speed: 25, gain: 10 });
  const [from, setFrom] = useState(0);
  const [caliper, setCaliper] = useState<(Caliper & { channel: number }) | null>(null);
  const [wide, setWide] = useState(false);
  const [helping, help] = useDisclosure(false);
  const dragging = useRef<Point | null>(null);
  const duration = group.samples / group.rate;
  const places = useMemo(() => twelveLeads(group), [group]);
  const [layout, setLayout] = useState<"twelve" | "stacked">(
    places && duration >= 2.5 * 4 - 0.1 ? "twelve" : "stacked",
  );
  const samples = useMemo(
    () =>
      new Samples(where, index, group, (thrown) => {
        setFault(thrown);
        heard();
      }),
    [where, index, group],
  );
  // Ten seconds fit into a narrow window; on a wide one the paper is as large as real paper.
  const mm = layout === "twelve" ? Math.min(MM, Math.max(1, width) / (SHEET_SECONDS * 25 + 4)) : MM;
  const sheet =
    width > 0
      ? layout === "twelve" && places
        ? twelveSheet(width, places, from, paper, mm)
        : stackedSheet(width, samples, from, paper, mm)
      : null;
  sheetNow.current = sheet;
  const seconds = sheet?.seconds ?? SHEET_SECONDS;
  const fitted = useFittedGains(samples, news);
  const gains = group.channels.map(({ unit }, channel) =>
    unit === "mV" && !fitted.faint ? paper.gain : (fitted.gains[channel] ?? 1) * (paper.gain / 10),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `news` tells of stretches that came
  useEffect(() => {
    const wanted = requestAnimationFrame(() => {
      const target = canvas.current;
      const context = target?.getContext("2d");
      if (!target || !context || !sheet) return;
      const dense = window.devicePixelRatio || 1;
      target.width = Math.round(sheet.width * dense);
      target.height = Math.round(sheet.height * dense);
      context.setTransform(dense, 0, 0, dense, 0, 0);
      drawSheet(context, sheet, samples, paper, gains, PAPER[scheme], signals.marks);
      if (caliper) drawCaliper(context, sheet, caliper, caliperText(caliper), PAPER[scheme]);
    });
    return () => cancelAnimationFrame(wanted);
  }, [width, layout, from, paper, scheme, news, caliper, samples, fitted]);

  const caliperText = ({ from: a, to: b, channel }: Caliper & { channel: number }): string => {
    const ms = (Math.abs(b.x - a.x) / mm / paper.speed) * 1000;
    const height = Math.abs(b.y - a.y) / mm / (gains[channel] ?? 1);
    const unit = group.channels[channel]?.unit ?? "";
    const time = t("viewing.signals.caliper", {
      ms: number(ms, 0),
      bpm: ms > 0 ? number(60_000 / ms, 0) : "–",
    });
    return `${time} · ${number(height, 2)} ${unit}`;
  };

  const last = Math.max(0, duration - seconds);
  const move = (to: number) => setFrom(Math.min(last, Math.max(0, to)));
  const choose = (list: number[], now: number, by: 1 | -1) =>
    list[Math.min(list.length - 1, Math.max(0, list.indexOf(now) + by))] ?? now;
  const shortcuts: Shortcuts = [
    { keys: "ArrowRight", word: "later", run: () => move(from + seconds / 10) },
    { keys: "ArrowLeft", word: "earlier", run: () => move(from - seconds / 10) },
    { keys: "Shift+ArrowRight", word: "later", hidden: true, run: () => move(from + seconds) },
    { keys: "Shift+ArrowLeft", word: "earlier", hidden: true, run: () => move(from - seconds) },
    { keys: "Home", word: "begin", run: () => move(0) },
    { keys: "End", word: "end", run: () => move(last) },
    {
      keys: "+ =",
      word: "wider",
      run: () => setPaper((old) => ({ ...old, speed: choose(SPEEDS, old.speed, 1) })),
    },
    {
      keys: "-",
      word: "narrower",
      run: () => setPaper((old) => ({ ...old, speed: choose(SPEEDS, old.speed, -1) })),
    },
    {
      keys: "H",
      word: "taller",
      run: () => setPaper((old) => ({ ...old, gain: choose(GAINS, old.gain, 1) })),
    },
    {
      keys: "L",
      word: "lower",
      run: () => setPaper((old) => ({ ...old, gain: choose(GAINS, old.gain, -1) })),
    },
    ...(places
      ? ([
          {
            keys: "T",
            word: "layout",
            run: () => setLayout((old) => (old === "twelve" ? "stacked" : "twelve")),
          },
        ] as Shortcuts)
      : []),
    { keys: "Delete Backspace", word: "caliper", run: () => setCaliper(null) },
    { keys: "F", word: "wide", run: () => setWide((old) => !old) },
    { keys: "Escape", word: "wide", hidden: true, run: () => setWide(false) },
    { keys: "?", word: "help", run: help.open },
  ];
  useShortcuts(shortcuts);

  const pointOf = (event: PointerEvent): Point => {
    const edge = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (edge?.left ?? 0), y: event.clientY - (edge?.top ?? 0) };
  };
  const measureTo = (event: PointerEvent) => {
    const start = dragging.current;
    if (!start || !sheet) return;
    const strip = sheet.strips.find(
      (one) =>
        start.x >= one.left &&
        start.x < one.left + one.width &&
        start.y >= one.top &&
        start.y < one.top + one.height,
    );
    if (strip) setCaliper({ from: start, to: pointOf(event), channel: strip.channel });
  };

  const summary = t("viewing.signals.summary", {
    count: group.channels.length,
    duration:
      duration < 60 ? t("viewing.signals.seconds", { s: number(duration, 1) }) : clockTime(duration, 0),
    rate: number(group.rate, 0),
  });
  const names = t("viewing.signals.curves", { names: group.channels.map(({ label }) => label).join(", ") });
  return (
    <section className="ck-viewer" data-wide={wide} aria-label={title}>
      <Group gap="md" align="flex-end">
        <Select
          label={t("viewing.signals.speed")}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${number(speed)} mm/s` }))}
          value={String(paper.speed)}
          onChange={(speed) => speed && setPaper((old) => ({ ...old, speed: Number(speed) }))}
          allowDeselect={false}
          w={140}
          data-testid="signal-speed"
        />
        <Select
          label={t("viewing.signals.gain")}
          data={GAINS.map((gain) => ({
            value: String(gain),
            label:
              fitted.faint || group.channels[0]?.unit !== "mV"
                ? `× ${number(gain / 10)}`
                : `${number(gain)} mm/mV`,
          }))}
          value={String(paper.gain)}
          onChange={(gain) => gain && setPaper((old) => ({ ...old, gain: Number(gain) }))}
          allowDeselect={false}
          w={150}
          data-testid="signal-gain"
        />
        {places && (
          <SegmentedControl
            aria-label={t("viewing.signals.layout")}
            data={[
              { value: "twelve", label: t("viewing.signals.twelve") },
              { value: "stacked", label: t("viewing.signals.stacked") },
            ]}
            value={layout}
            onChange={(value) => setLayout(value === "twelve" ? "twelve" : "stacked")}
          />
        )}
        <Group gap="xs">
          <Tool icon={IconMaximize} word="wide" keys="F" on={wide} onClick={() => setWide((old) => !old)} />
          <Tool icon={IconQuestionMark} word="help" keys="?" onClick={help.open} />
        </Group>
      </Group>
      <div ref={measure} className="ck-paper">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${title}. ${summary}. ${names}`}
          className="ck-paper-canvas"
          data-testid="signal-canvas"
          style={{ height: sheet?.height ?? 300 }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            dragging.current = pointOf(event);
            setCaliper(null);
          }}
          onPointerMove={measureTo}
          onPointerUp={(event) => {
            measureTo(event);
            dragging.current = null;
          }}
        />
      </div>
      {last > 0 && (
        <Group gap="sm" wrap="nowrap">
          <Tool
            icon={IconChevronLeft}
            word="earlier"
            keys="←"
            disabled={from <= 0}
            onClick={() => move(from - seconds)}
          />
          <Slider
            className="ck-grow"
            min={0}
            max={last}
            step={Math.max(0.1, last / 5000)}
            value={from}
            onChange={move}
            label={null}
            thumbLabel={t("viewing.signals.position")}
            data-testid="signal-position"
          />
          <Tool
            icon={IconChevronRight}
            word="later"
            keys="→"
            disabled={from >= last}
            onClick={() => move(from + seconds)}
          />
          <Text size="sm" className="ck-nowrap" data-testid="signal-time">
            {`${clockTime(from)} – ${clockTime(Math.min(duration, from + seconds))} / ${clockTime(duration, 0)}`}
          </Text>
        </Group>
      )}
      {caliper ? (
        <Text fw={600} data-testid="signal-caliper" aria-live="polite">
          {caliperText(caliper)}
        </Text>
      ) : (
        <Text c="dimmed">{t("viewing.signals.caliperHint")}</Text>
      )}
      {fault !== null && <Alert color="amber">{t("viewing.signals.failed")}</Alert>}
      <Text c="dimmed" data-testid="signal-summary">{`${summary}. ${names}`}</Text>
      <Marks signals={signals} onGo={(second) => move(second - seconds / 2)} />
      <ShortcutHelp shortcuts={shortcuts} opened={helping} onClose={help.close} />
    </section>
  );
}

/** The marks as text, for those who cannot see the curves and for going there. */
function Marks({ signals, onGo }: { signals: Signals; onGo: ((second: number) => void) | null }) {
  const { t } = useTranslation();
  const { marks } = signals;
  if (marks.length === 0) return null;
  return (
    <details className="ck-details" open={onGo === null} data-testid="signal-marks">
      <summary>{t("viewing.signals.marksCount", { count: marks.length })}</summary>
      <table className="ck-table">
        <thead>
          <tr>
            <th>{t("viewing.signals.at")}</th>
            <th>{t("viewing.signals.marks")}</th>
          </tr>
        </thead>
        <tbody>
          {marks.slice(0, MARKS_LISTED).map((mark, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks may repeat
            <tr key={index}>
              <td>
                {onGo ? (
                  <button
                    type="button"
                    className="ck-link"
                    aria-label={`${t("viewing.signals.goTo")}: ${clockTime(mark.at)}`}
                    onClick={() => onGo(mark.at)}
                  >
                    {clockTime(mark.at)}
                  </button>
                ) : (
                  clockTime(mark.at)
                )}
              </td>
              <td>{mark.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {marks.length > MARKS_LISTED && (
        <Text c="dimmed">{t("viewing.detailsMore", { count: marks.length - MARKS_LISTED })}</Text>
      )}
    </details>
  );
}

/**
 * Heights for curves that the standard one would flatten: those without a voltage, and voltages as small as an EEG's. Taken
 * from the beginning of the recording.
 */
function useFittedGains(samples: Samples, news: number) {
  const [fitted, setFitted] = useState<{ faint: boolean; gains: number[] }>({ faint: false, gains: [] });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `news` tells of stretches that came
  useEffect(() => {
    const { channels, rate, samples: all } = samples.group;
    const step = samples.stepFor(rate / 100);
    const tiles = samples.between(0, Math.min(all, rate * 10), step);
    if (tiles.length === 0) return;
    const spans = channels.map((_, channel) => {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const tile of tiles) {
        eachStep(tile, channels.length, channel, (_sample, least, greatest) => {
          if (!Number.isNaN(least)) [low, high] = [Math.min(low, least), Math.max(high, greatest)];
        });
      }
      return high > low ? high - low : 0;
    });
    const faint = Math.max(...spans) > 0 && Math.max(...spans) < 0.3;
    const gains = spans.map((span) => (span > 0 ? 15 / span : 1));
    setFitted((old) =>
      old.faint === faint &&
      old.gains.every((gain, at) => gain === gains[at]) &&
      old.gains.length === gains.length
        ? old
        : { faint, gains },
    );
  }, [samples, news]);
  return fitted;
}
