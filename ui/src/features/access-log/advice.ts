import type { AccessRow } from "@/bindings/AccessRow";

/** Which words explain what may be behind an access that does not add up, and what to do about it. */
export type Advice = "notTheReader" | "refused" | "onlyHospital" | "onlyReader";

export function adviceOn(row: AccessRow): Advice | null {
  if (!row.flagged) return null;
  if (row.notTheReader) return "notTheReader";
  if (row.outcome === "refused") return "refused";
  return row.agreement === "onlyHospital" || row.agreement === "onlyReader" ? row.agreement : null;
}
