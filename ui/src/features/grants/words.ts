import type { TFunction } from "i18next";
import { listed } from "@/app/locale";
import type { GrantWhat } from "@/bindings/GrantWhat";

/** "your heart records", "“Blood count”": what is shared, as its giver says it inside a sentence. */
export function yours(t: TFunction, what: GrantWhat): string {
  switch (what.kind) {
    case "collection":
      return t(`yours.${what.collection}`);
    case "record":
      return t("yours.record", { title: what.title });
    case "everything":
      return t("yours.everything");
    case "several": {
      const whole = what.collections.map((collection) => t(`yours.${collection}`));
      return listed(what.records === 0 ? whole : [...whole, singles(t, "yours", what)]);
    }
  }
}

/** "Heart records", "“Blood count”": what is shared, as its receiver reads it. */
export function theirs(t: TFunction, what: GrantWhat): string {
  switch (what.kind) {
    case "collection":
      return t(`theirs.${what.collection}`);
    case "record":
      return t("yours.record", { title: what.title });
    case "everything":
      return t("theirs.everything");
    case "several": {
      const whole = what.collections.map((collection) => t(`theirs.${collection}`));
      return listed(what.records === 0 ? whole : [...whole, singles(t, "theirs", what)]);
    }
  }
}

function singles(t: TFunction, whose: "yours" | "theirs", what: Extract<GrantWhat, { kind: "several" }>) {
  const count = what.records;
  if (what.within.length === 0) return t(`${whose}.singles`, { count });
  return t(`${whose}.records`, { count, where: listed(what.within.map((one) => t(`collection.${one}`))) });
}
