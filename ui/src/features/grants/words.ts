import type { TFunction } from "i18next";
import type { GrantWhat } from "@/bindings/GrantWhat";

/** "your heart records", "“Blood count”": what is shared, as its giver says it inside a sentence. */
export function yours(t: TFunction, what: GrantWhat): string {
  return what.kind === "collection"
    ? t(`yours.${what.collection}`)
    : t("yours.record", { title: what.title });
}

/** "Heart records", "“Blood count”": what is shared, as its receiver reads it. */
export function theirs(t: TFunction, what: GrantWhat): string {
  return what.kind === "collection"
    ? t(`theirs.${what.collection}`)
    : t("yours.record", { title: what.title });
}
