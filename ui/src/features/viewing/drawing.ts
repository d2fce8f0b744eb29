import type { DicomEdges } from "@/bindings/DicomEdges";
import type { DicomView } from "@/bindings/DicomView";
import { figuresOf } from "./figures";
import type { Frame } from "./frames";
import { apply, type Matrix, type Point, type Size } from "./geometry";
import type { Measure } from "./measuring";

const LINE = "#ffd840";

/** Measurements over the picture, with their figures. */
export function drawMeasures(
  context: CanvasRenderingContext2D,
  place: Matrix,
  measures: Measure[],
  view: DicomView,
  frame: Frame | null,
) {
  for (const measure of measures) {
    const points = measure.points.map((point) => apply(place, point));
    const [from, to] = points as [Point, Point];
    const outline = () => {
      context.beginPath();
      if (measure.kind === "area") {
        const corners = [measure.points[0], measure.points[1]] as [Point, Point];
        const around = [
          corners[0],
          { x: corners[1].x, y: corners[0].y },
          corners[1],
          { x: corners[0].x, y: corners[1].y },
        ].map((corner) => apply(place, corner));
        for (const corner of around) context.lineTo(corner.x, corner.y);
        context.closePath();
      } else {
        for (const point of points) context.lineTo(point.x, point.y);
      }
      context.stroke();
    };
    // Dark below bright, so that it stands out on any picture.
    context.lineWidth = 4;
    context.strokeStyle = "rgba(0, 0, 0, 0.65)";
    outline();
    context.lineWidth = 1.75;
    context.strokeStyle = LINE;
    outline();
    for (const point of measure.kind === "area" ? [] : points) {
      context.beginPath();
      context.arc(point.x, point.y, 3, 0, 2 * Math.PI);
      context.fillStyle = LINE;
      context.fill();
    }
    const { text } = figuresOf(measure, view, frame);
    const corner = measure.kind === "angle" && points[1] ? points[1] : to.x > from.x ? to : from;
    if (text) drawText(context, text, corner.x + 8, corner.y - 8);
  }
}

/** The letters of the sides, where they are after turning. */
export function drawEdges(context: CanvasRenderingContext2D, box: Size, edges: DicomEdges) {
  context.textBaseline = "middle";
  const inset = 12;
  drawText(context, edges.left, inset, box.height / 2);
  context.textAlign = "right";
  drawText(context, edges.right, box.width - inset, box.height / 2);
  context.textAlign = "center";
  drawText(context, edges.top, box.width / 2, inset + 6);
  drawText(context, edges.bottom, box.width / 2, box.height - inset - 6);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
}

function drawText(context: CanvasRenderingContext2D, text: string, x: number, y: number) {
  context.font = "600 14px system-ui, 'Liberation Sans', sans-serif";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = "rgba(0, 0, 0, 0.85)";
  context.strokeText(text, x, y);
  context.fillStyle = LINE;
  context.fillText(text, x, y);
}
