import type { timeline as en } from "../en/timeline";
import type { SameShape } from "../shape";

export const timeline: SameShape<typeof en> = {
  timeline: {
    jump: "Zum Jahr springen",
    noDate: "Ohne Datum",
    count_one: "{{count}} Unterlage",
    count_other: "{{count}} Unterlagen",
  },
};
