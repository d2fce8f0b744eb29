import type { RecordRow } from "@/bindings/RecordRow";
import { DAY, NOW } from "./records";

/** A long life in records: `count` of them, one about every four days, made from the few that are given. */
export function manyRecords(count: number, patterns: RecordRow[]): RecordRow[] {
  return Array.from({ length: count }, (_, index) => {
    const pattern = patterns[index % patterns.length] as RecordRow;
    const date = NOW - index * 4 * DAY;
    return {
      ...pattern,
      id: `${pattern.id}-${index}`,
      date,
      added: date,
      unread: index < 40 && index % 3 === 0,
    };
  });
}
