import type { TFunction } from "i18next";
import { day, listed } from "@/app/locale";
import type { AllowedView } from "@/bindings/AllowedView";
import type { Collection } from "@/bindings/Collection";
import { COLLECTIONS } from "@/features/records/collections";

type Side = "yours" | "theirs";

/** "your heart records, your laboratory records", "All records": several collections, as one of the two says it. */
export function collectionsIn(t: TFunction, side: Side, collections: Collection[]): string {
  if (collections.length === COLLECTIONS.length) {
    return t(side === "yours" ? "requests.everything" : "requests.everythingTheirs");
  }
  return listed(collections.map((one) => t(`${side}.${one}`)));
}

/** "until 1 March 2027", "no end date". */
export function untilIn(t: TFunction, until: number | null): string {
  return until === null ? t("app.noEnd") : t("requests.until", { date: day(until) });
}

/** What an answer allows, in one line. */
export function allowedIn(t: TFunction, side: Side, allowed: AllowedView): string {
  const parts = allowed.collections.length > 0 ? [collectionsIn(t, side, allowed.collections)] : [];
  if (allowed.records > 0) parts.push(t("requests.single", { count: allowed.records }));
  return t("requests.allowed", { what: listed(parts), until: untilIn(t, allowed.until) });
}
