import { describe, expect, it } from "vitest";
import type { ShareView } from "@/bindings/ShareView";
import { COLLECTIONS } from "@/features/records/collections";
import { together } from "./shares";

const share = (id: string, part: Partial<ShareView>): ShareView => ({
  id,
  what: { kind: "record", recordId: id, title: id },
  received: 0,
  until: null,
  purpose: "treatment",
  state: "active",
  ...part,
});

describe("what somebody shares", () => {
  it("stands as one where it came as one", () => {
    const many = Array.from({ length: 40 }, (_, index) => share(`r${index}`, {}));
    const [one, ...rest] = together(many);
    expect(rest).toHaveLength(0);
    expect(one?.what).toEqual({ kind: "several", collections: [], records: 40, within: [] });
  });

  it("is everything when it is every collection", () => {
    const all = COLLECTIONS.map((collection) =>
      share(collection, { what: { kind: "collection", collection } }),
    );
    expect(together(all).map(({ what }) => what.kind)).toEqual(["everything"]);
    expect(together(all.slice(1))).toHaveLength(all.length - 1);
  });

  it("stays apart on other terms", () => {
    expect(together([share("a", {}), share("b", { state: "stopped" })])).toHaveLength(2);
  });
});
