import { number } from "@/app/locale";
import type { DicomView } from "@/bindings/DicomView";
import type { Frame } from "./frames";
import { angle, distance, type Point, type Scale, scaleAt } from "./geometry";
import { type AreaFigures, areaFigures, type Measure } from "./measuring";

/** A measurement in words of the document's units. */
export interface Figures {
  text: string;
  area: AreaFigures | null;
  scale: Scale | null;
}

export function figuresOf(measure: Measure, view: DicomView, frame: Frame | null): Figures {
  const scale = scaleAt(view.spacing, view.regions, measure.points);
  const [a, b, c] = measure.points as [Point, Point, Point?];
  switch (measure.kind) {
    case "distance": {
      const length = distance([a, b], scale);
      return { text: `${number(length, length < 100 ? 1 : 0)} ${scale ? "mm" : "px"}`, area: null, scale };
    }
    case "angle":
      return { text: c ? `${number(angle([a, b, c], view.aspect), 1)}°` : "", area: null, scale };
    case "area": {
      const area = frame && frame.about.number === measure.frame ? areaFigures(frame, [a, b], scale) : null;
      const mean = area ? `${number(area.mean, 1)} ${view.unit ?? ""}`.trim() : "";
      return { text: mean, area, scale };
    }
  }
}
