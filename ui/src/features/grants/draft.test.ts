import { describe, expect, it } from "vitest";
import { emptyDraft, requestOf, untilOf } from "./draft";

const at = (year: number, month: number, day: number, hour = 10) =>
  new Date(year, month - 1, day, hour).getTime();

describe("until when", () => {
  it("ends with the last moment of the day", () => {
    expect(untilOf({ ...emptyDraft, term: "month" }, at(2026, 3, 15))).toBe(at(2026, 4, 16, 0) - 1);
  });

  it("takes the last day of a shorter month", () => {
    expect(untilOf({ ...emptyDraft, term: "quarter" }, at(2026, 11, 30))).toBe(at(2027, 3, 1, 0) - 1);
  });

  it("refuses a day that is over", () => {
    expect(untilOf({ ...emptyDraft, term: "date", date: "2026-01-01" }, at(2026, 3, 15))).toBeUndefined();
  });

  it("accepts today", () => {
    expect(untilOf({ ...emptyDraft, term: "date", date: "2026-03-15" }, at(2026, 3, 15))).toBe(
      at(2026, 3, 16, 0) - 1,
    );
  });
});

describe("a request", () => {
  it("waits for every choice", () => {
    const draft = { ...emptyDraft, granteeId: "care1x", purpose: "treatment" as const };
    expect(requestOf(draft, 0), "what is missing").toBeNull();
    expect(requestOf({ ...draft, collections: ["heart"] }, 0)).not.toBeNull();
  });

  it("does not send a note of blanks", () => {
    const draft = {
      ...emptyDraft,
      granteeId: "care1x",
      purpose: "other" as const,
      collections: ["heart" as const],
    };
    expect(requestOf({ ...draft, note: "  " }, 0)?.note).toBeNull();
  });
});
