import type { Collection } from "@/bindings/Collection";
import type { ShareView } from "@/bindings/ShareView";
import { COLLECTIONS } from "@/features/records/collections";

/** What came as one decision stands as one: single records on the same terms, and all collections. */
export function together(shares: ShareView[]): ShareView[] {
  const groups = new Map<string, ShareView[]>();
  for (const share of shares) {
    const terms = [share.state, share.until, share.purpose].join("|");
    groups.set(terms, [...(groups.get(terms) ?? []), share]);
  }
  return [...groups.values()].flatMap((group) => [...wholes(group), ...singles(group)]);
}

function wholes(group: ShareView[]): ShareView[] {
  const all = group.filter((share) => share.what.kind === "collection");
  const [first] = all;
  const collections = all.flatMap(({ what }): Collection[] =>
    what.kind === "collection" ? [what.collection] : [],
  );
  return first && COLLECTIONS.every((one) => collections.includes(one))
    ? [{ ...first, what: { kind: "everything" } }]
    : all;
}

function singles(group: ShareView[]): ShareView[] {
  const all = group.filter((share) => share.what.kind === "record");
  const [first] = all;
  return first && all.length > 1
    ? [{ ...first, what: { kind: "several", collections: [], records: all.length, within: [] } }]
    : all;
}
