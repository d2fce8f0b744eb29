import { useElementSize, useMergedRef } from "@mantine/hooks";
import { type PointerEvent, type ReactNode, type Ref, useEffect, useRef } from "react";
import { apply, invert, type Matrix, matrix, type Point, type Size, type Stance, zoomAt } from "./geometry";

export interface Draw {
  context: CanvasRenderingContext2D;
  /** From pixels of the picture to pixels of the box. */
  place: Matrix;
  box: Size;
}

export interface Drag {
  /** Where it began and is, in pixels of the box. */
  from: Point;
  at: Point;
  /** Since the last time. */
  by: Point;
  /** The same places in pixels of the picture. */
  start: Point;
  now: Point;
  done: boolean;
}

interface Props {
  picture: (Size & { source: CanvasImageSource | null }) | null;
  aspect: number;
  stance: Stance;
  onStance: (stance: Stance) => void;
  /** What a drag with the first button does; the others always move the picture. */
  onDrag: ((drag: Drag) => void) | null;
  onPoint?: (at: Point | null) => void;
  onWheel?: (steps: number) => void;
  draw?: (draw: Draw) => void;
  label: string;
  cursor?: string;
  canvasRef?: Ref<HTMLCanvasElement>;
  children?: ReactNode;
}

const ORIGIN: Point = { x: 0, y: 0 };

/** A picture that can be moved, zoomed, turned and drawn upon. */
export function Stage(props: Props) {
  const { picture, aspect, stance, onStance, draw, label } = props;
  const { ref: measure, width, height } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const both = useMergedRef(canvas, props.canvasRef ?? null);
  const drag = useRef<{ from: Point; at: Point; moves: boolean } | null>(null);
  const box = { width: Math.max(1, width), height: Math.max(1, height) };
  const place = picture && matrix(stance, box, picture, aspect);

  // Drawn at most once for each picture on the screen, however fast the mouse is.
  useEffect(() => {
    const wanted = requestAnimationFrame(() => {
      const target = canvas.current;
      const context = target?.getContext("2d");
      if (!target || !context || width === 0) return;
      const dense = window.devicePixelRatio || 1;
      const [across, down] = [Math.round(box.width * dense), Math.round(box.height * dense)];
      if (target.width !== across || target.height !== down) {
        target.width = across;
        target.height = down;
      }
      context.setTransform(dense, 0, 0, dense, 0, 0);
      context.fillStyle = "#000";
      context.fillRect(0, 0, box.width, box.height);
      if (!picture || !place) return;
      if (picture.source) {
        context.save();
        context.transform(...place);
        context.imageSmoothingEnabled = true;
        context.imageSmoothingQuality = "high";
        context.drawImage(picture.source, 0, 0, picture.width, picture.height);
        context.restore();
      }
      draw?.({ context, place, box });
    });
    return () => cancelAnimationFrame(wanted);
  });

  const pointOf = (event: { clientX: number; clientY: number }): Point => {
    const edge = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (edge?.left ?? 0), y: event.clientY - (edge?.top ?? 0) };
  };
  const inPicture = (at: Point) => (place ? apply(invert(place), at) : ORIGIN);

  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    const at = pointOf(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: at, at, moves: event.button !== 0 || event.shiftKey || !props.onDrag };
  };
  const move = (event: PointerEvent<HTMLCanvasElement>, done = false) => {
    const at = pointOf(event);
    props.onPoint?.(inPicture(at));
    const now = drag.current;
    if (!now) return;
    const by = { x: at.x - now.at.x, y: at.y - now.at.y };
    now.at = at;
    if (now.moves) {
      if (by.x !== 0 || by.y !== 0) {
        onStance({ ...stance, pan: { x: stance.pan.x + by.x, y: stance.pan.y + by.y } });
      }
    } else {
      props.onDrag?.({ from: now.from, at, by, start: inPicture(now.from), now: inPicture(at), done });
    }
    if (done) drag.current = null;
  };

  // React listens to wheels passively; the page must not scroll along.
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    event.preventDefault();
    if (props.onWheel && !event.ctrlKey) {
      props.onWheel(Math.sign(event.deltaY));
    } else if (picture) {
      onStance(zoomAt(stance, box, picture, aspect, Math.exp(-event.deltaY / 400), pointOf(event)));
    }
  };
  useEffect(() => {
    const target = canvas.current;
    const listen = (event: WheelEvent) => wheel.current(event);
    target?.addEventListener("wheel", listen, { passive: false });
    return () => target?.removeEventListener("wheel", listen);
  }, []);

  return (
    <div className="ck-stage" ref={measure}>
      <canvas
        ref={both}
        role="img"
        aria-label={label}
        className="ck-stage-canvas"
        data-cursor={props.cursor}
        data-testid="stage"
        onPointerDown={begin}
        onPointerMove={(event) => move(event)}
        onPointerUp={(event) => move(event, true)}
        onPointerCancel={() => {
          drag.current = null;
        }}
        onPointerLeave={() => props.onPoint?.(null)}
        onContextMenu={(event) => event.preventDefault()}
        onDoubleClick={() => onStance({ ...stance, zoom: null, pan: ORIGIN })}
      />
      {props.children}
    </div>
  );
}
