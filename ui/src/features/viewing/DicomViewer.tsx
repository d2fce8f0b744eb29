import { Group, NumberInput, Progress, Select, Slider, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAngle,
  IconArrowsMaximize,
  IconArrowsMove,
  IconBrush,
  IconContrast,
  IconContrast2,
  IconFlipVertical,
  IconMaximize,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconQuestionMark,
  IconRefresh,
  IconRotateClockwise2,
  IconRuler2,
  IconSquare,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { number } from "@/app/locale";
import type { DicomView } from "@/bindings/DicomView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { drawEdges, drawMeasures } from "./drawing";
import { type Frame, FrameFault, Frames, type Where } from "./frames";
import { type Matrix, type Point, type Stance, turnedEdges, UPRIGHT, zoomAt } from "./geometry";
import { MeasureList } from "./MeasureList";
import { type Measure, POINTS } from "./measuring";
import { Problem } from "./Problem";
import { type Drag, Stage } from "./Stage";
import {
  CT_WINDOWS,
  firstWindow,
  isColour,
  isSameWindow,
  paint,
  valueAt,
  type WindowLevel,
  wholeRange,
} from "./shading";
import { ShortcutHelp, type Shortcuts, Tool, useShortcuts } from "./Tools";

type ToolName = "window" | "move" | "distance" | "angle" | "area";

/** How the pictures of a series were last looked at, so that the next one stands the same way. */
interface Remembered {
  stance: Stance;
  window: WindowLevel | null;
  inverted: boolean;
  tool: ToolName;
}
const remembered = new Map<string, Remembered>();

interface Props {
  where: Where;
  view: DicomView;
  /** To the image before or after it in its series. */
  onSeries?: (step: 1 | -1) => void;
}

/** The frames of a DICOM file: to leaf through, to light, to measure. */
export function DicomViewer({ where, view, onSeries }: Props) {
  const { t } = useTranslation();
  const memory = view.series ? remembered.get(view.series) : undefined;
  const frames = useMemo(
    () => new Frames({ recordId: where.recordId, patientId: where.patientId }, view.frames),
    [where.recordId, where.patientId, view.frames],
  );
  const [at, setAt] = useState(0);
  const [frame, setFrame] = useState<Frame | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [playing, setPlaying] = useState(false);
  const [stance, setStance] = useState<Stance>(memory?.stance ?? UPRIGHT);
  const [own, setOwn] = useState<WindowLevel | null>(memory?.window ?? null);
  const [inverted, setInverted] = useState(memory?.inverted ?? false);
  const [overlay, setOverlay] = useState(true);
  const [tool, setTool] = useState<ToolName>(memory?.tool ?? "window");
  const [measures, setMeasures] = useState<Measure[]>([]);
  const [growing, setGrowing] = useState<Measure | null>(null);
  const [pointer, setPointer] = useState<Point | null>(null);
  const [wide, setWide] = useState(false);
  const [helping, help] = useDisclosure(false);
  const direction = useRef<1 | -1>(1);
  const rate = view.rate ?? 10;
  const grey = frame !== null && !isColour(frame);
  const window_ = useMemo(() => (frame ? (own ?? firstWindow(frame)) : null), [frame, own]);

  useEffect(() => {
    if (view.series) remembered.set(view.series, { stance, window: own, inverted, tool });
  }, [view.series, stance, own, inverted, tool]);

  useEffect(() => {
    let gone = false;
    const known = frames.peek(at);
    if (known) setFrame(known);
    frames.get(at).then(
      (next) => {
        if (gone) return;
        setFrame(next);
        setFault(null);
        frames.ahead(at, direction.current);
      },
      (thrown: unknown) => {
        if (gone) return;
        setFault(thrown);
        setPlaying(false);
      },
    );
    return () => {
      gone = true;
    };
  }, [frames, at]);

  const go = useCallback(
    (to: number, step: 1 | -1 = 1) => {
      direction.current = step;
      setAt(Math.min(view.frames - 1, Math.max(0, to)));
    },
    [view.frames],
  );
  const leaf = (step: 1 | -1) => {
    setPlaying(false);
    go(at + step, step);
  };

  // A film waits for a frame that is late rather than skipping it.
  useEffect(() => {
    if (!playing) return;
    const next = (at + 1) % view.frames;
    direction.current = 1;
    let gone = false;
    const due = setTimeout(() => {
      frames.get(next).then(
        () => !gone && setAt(next),
        () => setPlaying(false),
      );
    }, 1000 / rate);
    return () => {
      gone = true;
      clearTimeout(due);
    };
  }, [playing, at, frames, rate, view.frames]);

  const picture = usePainted(frame, window_, inverted, overlay);
  const edges = view.edges && turnedEdges(view.edges, stance);
  const box = useRef({ width: 1, height: 1 });

  const zoom = (factor: number) => {
    if (!frame) return;
    const size = { width: frame.about.columns, height: frame.about.rows };
    const middle = { x: box.current.width / 2, y: box.current.height / 2 };
    setStance((old) => zoomAt(old, box.current, size, view.aspect, factor, middle));
  };
  const adjust = (by: Point, strength: number) => {
    if (!frame || !window_ || !grey) return;
    const reach = Math.max(1, frame.about.high - frame.about.low);
    const step = (reach / 512) * strength;
    setOwn({
      center: window_.center + by.y * step,
      width: Math.max(1, window_.width + by.x * step),
    });
  };

  const measuring = tool === "distance" || tool === "angle" || tool === "area";
  const drag = (drag: Drag) => {
    if (tool === "window") return adjust(drag.by, 1);
    if (!measuring) {
      return setStance((old) => ({ ...old, pan: { x: old.pan.x + drag.by.x, y: old.pan.y + drag.by.y } }));
    }
    const small = Math.hypot(drag.at.x - drag.from.x, drag.at.y - drag.from.y) < 4;
    // An angle is a line first; the next drag sets where its second arm ends.
    if (growing?.kind === "angle" && growing.points.length === 2 && tool === "angle") {
      const whole: Measure = { ...growing, points: [...growing.points, drag.now] };
      if (drag.done) {
        setMeasures((old) => [...old, whole]);
        setGrowing(null);
      }
      return;
    }
    const begun: Measure = { kind: tool, frame: at, points: [drag.start, drag.now] };
    if (!drag.done) setGrowing(begun);
    else if (small) setGrowing(null);
    else if (POINTS[tool] > 2) setGrowing(begun);
    else {
      setMeasures((old) => [...old, begun]);
      setGrowing(null);
    }
  };

  const presets = frame && grey ? presetsOf(frame, view) : [];
  const chosen = window_ && presets.find((preset) => isSameWindow(window_, preset.window));
  const reset = () => {
    setStance(UPRIGHT);
    setOwn(null);
    setInverted(false);
    setOverlay(true);
  };
  const nextWindow = () => {
    const next = presets[(chosen ? presets.indexOf(chosen) + 1 : 0) % presets.length];
    if (next) setOwn(next.window);
  };
  const removeLast = () => {
    if (growing) setGrowing(null);
    else setMeasures((old) => old.slice(0, -1));
  };

  const film = view.frames > 1;
  const turn = () => setStance((old) => ({ ...old, turns: (old.turns + 1) % 4, pan: { x: 0, y: 0 } }));
  const mirror = () => setStance((old) => ({ ...old, mirrored: !old.mirrored }));
  const fit = () => setStance((old) => ({ ...old, zoom: null, pan: { x: 0, y: 0 } }));
  const actual = () => setStance((old) => ({ ...old, zoom: 1 / (window.devicePixelRatio || 1) }));
  const shortcuts: Shortcuts = [
    ...(film
      ? ([
          { keys: "ArrowRight ArrowDown", word: "nextFrame", run: () => leaf(1) },
          { keys: "ArrowLeft ArrowUp", word: "previousFrame", run: () => leaf(-1) },
          { keys: "Home", word: "firstFrame", run: () => go(0) },
          { keys: "End", word: "lastFrame", run: () => go(view.frames - 1) },
          { keys: "Space", word: "play", run: () => setPlaying((old) => !old) },
        ] as Shortcuts)
      : []),
    ...(onSeries
      ? ([
          { keys: "PageDown", word: "nextRecord", run: () => onSeries(1) },
          { keys: "PageUp", word: "previousRecord", run: () => onSeries(-1) },
        ] as Shortcuts)
      : []),
    ...(grey
      ? ([
          { keys: "W", word: "window", run: () => setTool("window") },
          { keys: "B", word: "nextWindow", run: nextWindow },
          {
            keys: "Shift+ArrowUp Shift+ArrowDown",
            word: "brighter",
            run: (event) => adjust({ x: 0, y: event.key === "ArrowUp" ? -1 : 1 }, 10),
          },
          {
            keys: "Shift+ArrowLeft Shift+ArrowRight",
            word: "contrast",
            run: (event) => adjust({ x: event.key === "ArrowLeft" ? -1 : 1, y: 0 }, 10),
          },
        ] as Shortcuts)
      : []),
    { keys: "P", word: "move", run: () => setTool("move") },
    { keys: "D", word: "distance", run: () => setTool("distance") },
    { keys: "A", word: "angle", run: () => setTool("angle") },
    ...(grey ? ([{ keys: "M", word: "area", run: () => setTool("area") }] as Shortcuts) : []),
    { keys: "Delete Backspace", word: "removeMeasure", run: removeLast },
    { keys: "+ =", word: "zoomIn", run: () => zoom(1.25) },
    { keys: "-", word: "zoomOut", run: () => zoom(0.8) },
    { keys: "0", word: "fit", run: fit },
    { keys: "1", word: "actual", run: actual },
    { keys: "R", word: "rotate", run: turn },
    { keys: "H", word: "mirror", run: mirror },
    { keys: "I", word: "invert", run: () => setInverted((old) => !old) },
    { keys: "O", word: "overlay", run: () => setOverlay((old) => !old) },
    { keys: "F", word: "wide", run: () => setWide((old) => !old) },
    { keys: "Escape", word: "wide", hidden: true, run: () => setWide(false) },
    { keys: "Z", word: "reset", run: reset },
    { keys: "?", word: "help", run: help.open },
  ];
  useShortcuts(shortcuts);

  const label = [view.title, film ? t("viewing.frame", { n: at + 1, count: view.frames }) : null]
    .filter(Boolean)
    .join(". ");
  const value = frame && pointer ? valueAt(frame, pointer.x, pointer.y) : null;

  return (
    <section className="ck-viewer" data-wide={wide} aria-label={label} data-testid="dicom-viewer">
      <div className="ck-tools" role="toolbar" aria-label={t("viewing.tools")}>
        {grey && (
          <Tool
            icon={IconContrast2}
            word="window"
            keys="W"
            on={tool === "window"}
            onClick={() => setTool("window")}
          />
        )}
        <Tool
          icon={IconArrowsMove}
          word="move"
          keys="P"
          on={tool === "move" || (tool === "window" && !grey)}
          onClick={() => setTool("move")}
        />
        <Tool
          icon={IconRuler2}
          word="distance"
          keys="D"
          on={tool === "distance"}
          onClick={() => setTool("distance")}
        />
        <Tool icon={IconAngle} word="angle" keys="A" on={tool === "angle"} onClick={() => setTool("angle")} />
        {grey && (
          <Tool icon={IconSquare} word="area" keys="M" on={tool === "area"} onClick={() => setTool("area")} />
        )}
        <span className="ck-tools-gap" />
        <Tool icon={IconZoomIn} word="zoomIn" keys="+" onClick={() => zoom(1.25)} />
        <Tool icon={IconZoomOut} word="zoomOut" keys="-" onClick={() => zoom(0.8)} />
        <Tool icon={IconArrowsMaximize} word="fit" keys="0" onClick={fit} />
        <Tool icon={IconRotateClockwise2} word="rotate" keys="R" onClick={turn} />
        <Tool icon={IconFlipVertical} word="mirror" keys="H" on={stance.mirrored} onClick={mirror} />
        <Tool
          icon={IconContrast}
          word="invert"
          keys="I"
          on={inverted}
          onClick={() => setInverted((old) => !old)}
        />
        {frame?.overlay && (
          <Tool
            icon={IconBrush}
            word="overlay"
            keys="O"
            on={overlay}
            onClick={() => setOverlay((old) => !old)}
          />
        )}
        <span className="ck-tools-gap" />
        <Tool icon={IconRefresh} word="reset" keys="Z" onClick={reset} />
        <Tool icon={IconMaximize} word="wide" keys="F" on={wide} onClick={() => setWide((old) => !old)} />
        <Tool icon={IconQuestionMark} word="help" keys="?" onClick={help.open} />
      </div>
      <Stage
        picture={picture}
        aspect={view.aspect}
        stance={stance}
        onStance={setStance}
        onDrag={drag}
        onPoint={setPointer}
        onWheel={film ? (steps) => steps !== 0 && leaf(steps > 0 ? 1 : -1) : undefined}
        cursor={measuring ? "measure" : tool === "window" && grey ? "window" : "move"}
        label={label}
        draw={({ context, place, box: size }) => {
          box.current = size;
          const shown = [...measures, ...(growing ? [growing] : [])].filter((one) => one.frame === at);
          drawMeasures(context, place as Matrix, shown, view, frame);
          if (edges) drawEdges(context, size, edges);
        }}
      >
        {!frame && fault === null && (
          <div className="ck-stage-note" role="status">
            <Progress value={100} animated w={160} size="sm" aria-label={t("viewing.loading")} />
          </div>
        )}
        {frame && window_ && (
          <div className="ck-stage-corner" aria-hidden>
            {film && <div>{`${at + 1} / ${view.frames}`}</div>}
            {grey && <div>{`L ${number(window_.center, 1)}  W ${number(window_.width, 1)}`}</div>}
            {value !== null && <div>{`${number(value, 2)} ${view.unit ?? ""}`}</div>}
          </div>
        )}
      </Stage>
      {film && (
        <Group gap="sm" wrap="nowrap" className="ck-film">
          <Tool
            icon={IconPlayerSkipBack}
            word="previousFrame"
            keys="←"
            disabled={at === 0}
            onClick={() => leaf(-1)}
          />
          <Tool
            icon={playing ? IconPlayerPause : IconPlayerPlay}
            word={playing ? "pause" : "play"}
            keys="Space"
            onClick={() => setPlaying((old) => !old)}
          />
          <Tool
            icon={IconPlayerSkipForward}
            word="nextFrame"
            keys="→"
            disabled={at === view.frames - 1}
            onClick={() => leaf(1)}
          />
          <Slider
            className="ck-grow"
            min={1}
            max={view.frames}
            value={at + 1}
            onChange={(to) => {
              setPlaying(false);
              go(to - 1, to - 1 < at ? -1 : 1);
            }}
            label={null}
            thumbLabel={t("viewing.frame", { n: at + 1, count: view.frames })}
            data-testid="frame-slider"
          />
          <Text size="sm" className="ck-nowrap" data-testid="frame-number">
            {`${at + 1} / ${view.frames}`}
          </Text>
        </Group>
      )}
      {fault !== null && (
        <div role="alert">
          {fault instanceof FrameFault ? (
            <Problem problem={fault.problem} />
          ) : (
            <ErrorNotice error={fault} retry={() => setAt((old) => old)} />
          )}
        </div>
      )}
      {grey && window_ && (
        <Group gap="md" align="flex-end" className="ck-window">
          <Select
            label={t("viewing.preset")}
            data={[
              ...(chosen ? [] : [{ value: "own", label: t("viewing.presetOwn") }]),
              ...presets.map(({ key }, index) => ({ value: String(index), label: presetName(key, t) })),
            ]}
            value={chosen ? String(presets.indexOf(chosen)) : "own"}
            onChange={(index) => {
              const preset = presets[Number(index)];
              if (preset) setOwn(preset.window);
            }}
            allowDeselect={false}
            w={260}
            data-testid="window-preset"
          />
          <NumberInput
            label={t("viewing.center")}
            value={rounded(window_.center)}
            onChange={(center) => typeof center === "number" && setOwn({ ...window_, center })}
            w={150}
            data-testid="window-center"
          />
          <NumberInput
            label={t("viewing.width")}
            value={rounded(window_.width)}
            min={1}
            onChange={(width) => typeof width === "number" && width >= 1 && setOwn({ ...window_, width })}
            w={150}
            data-testid="window-width"
          />
        </Group>
      )}
      <MeasureList
        measures={measures}
        view={view}
        frame={frame}
        at={at}
        onGo={(to) => go(to)}
        onRemove={(gone) => setMeasures((old) => old.filter((one) => one !== gone))}
      />
      <VisuallyHidden aria-live="polite">{playing ? "" : label}</VisuallyHidden>
      <ShortcutHelp shortcuts={shortcuts} opened={helping} onClose={help.close} />
    </section>
  );
}

const rounded = (value: number) => Math.round(value * 100) / 100;

type PresetKey = { file: string | null } | { ct: (typeof CT_WINDOWS)[number]["key"] } | "whole";

interface Preset {
  key: PresetKey;
  window: WindowLevel;
}

function presetsOf(frame: Frame, view: DicomView): Preset[] {
  const file: Preset[] = frame.about.windows.map(({ name, center, width }) => ({
    key: { file: name },
    window: { center, width },
  }));
  const ct: Preset[] =
    view.modality === "CT"
      ? CT_WINDOWS.map(({ key, center, width }) => ({ key: { ct: key }, window: { center, width } }))
      : [];
  return [...file, { key: "whole", window: wholeRange(frame) }, ...ct];
}

function presetName(key: PresetKey, t: TFunction): string {
  if (key === "whole") return t("viewing.presetWhole");
  if ("ct" in key) return t(`viewing.ct.${key.ct}`);
  return key.file ? t("viewing.presetFileNamed", { name: key.file }) : t("viewing.presetFile");
}

/** The frame on a canvas of its own size, painted again when its light changes. */
function usePainted(frame: Frame | null, window_: WindowLevel | null, inverted: boolean, overlay: boolean) {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  return useMemo(() => {
    if (!frame || !window_) return null;
    const { columns: width, rows: height } = frame.about;
    canvas.current ??= document.createElement("canvas");
    const target = canvas.current;
    if (target.width !== width || target.height !== height) {
      target.width = width;
      target.height = height;
    }
    const context = target.getContext("2d");
    if (context) {
      const image = context.createImageData(width, height);
      paint(frame, { window: window_, inverted, overlay }, image.data);
      context.putImageData(image, 0, 0);
    }
    return { width, height, source: target as CanvasImageSource };
  }, [frame, window_, inverted, overlay]);
}
