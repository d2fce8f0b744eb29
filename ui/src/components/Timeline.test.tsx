import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { resetWorld } from "@/fake/host";
import { manyRecords } from "@/fake/manyRecords";
import { rows } from "@/fake/records";
import { openWindow } from "@/test/window";

const SLOW = { timeout: 5000 };

describe("the timeline", () => {
  it("stands by year, the newest first", async () => {
    openWindow("maria", "#/records");
    const years = await screen.findAllByTestId("timeline-year", undefined, SLOW);
    const shown = years.map((heading) => Number(heading.textContent));
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
    expect(shown[0]).toBe(new Date().getFullYear());
  });

  describe("of 5,000 records", () => {
    beforeEach(() => {
      vi.spyOn(window, "innerHeight", "get").mockReturnValue(800);
      vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(68);
      vi.stubGlobal("scrollTo", () => {});
    });
    afterEach(() => vi.restoreAllMocks());

    it("puts only those in sight into the page, and keeps the first year at its head", async () => {
      resetWorld({ pace: 5, records: manyRecords(5_000, rows) });
      openWindow("maria", "#/records");
      const timeline = await screen.findByTestId("timeline", undefined, SLOW);
      expect(timeline).toHaveAttribute("data-total", "5000");
      await waitFor(() => expect(screen.getAllByTestId("record-row").length).toBeGreaterThan(5), SLOW);
      expect(screen.getAllByTestId("record-row").length).toBeLessThan(60);
      expect(screen.getAllByTestId("timeline-year")[0]).toHaveTextContent(String(new Date().getFullYear()));
    });
  });
});
