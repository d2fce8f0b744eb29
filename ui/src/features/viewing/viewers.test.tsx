import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

const SLOW = { timeout: 8000 };

// A viewer reads back what it painted, which a pen that draws nothing cannot give.
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
});

describe("a film", () => {
  it("is leafed through with keys, and the list of keys says so", async () => {
    const user = openWindow("maria", "#/records/ct");
    expect(await screen.findByTestId("frame-number", undefined, SLOW)).toHaveTextContent("1 / 24");
    await screen.findByTestId("window-preset", undefined, SLOW);
    fireEvent.keyDown(window, { key: "ArrowRight" });
    await waitFor(() => expect(screen.getByTestId("frame-number")).toHaveTextContent("2 / 24"), SLOW);
    fireEvent.keyDown(window, { key: "End" });
    await waitFor(() => expect(screen.getByTestId("frame-number")).toHaveTextContent("24 / 24"), SLOW);
    await click(user, "tool-help");
    expect(await screen.findByText("Next picture")).toBeVisible();
  });

  it("offers the window of the file and those of a CT", async () => {
    openWindow("maria", "#/records/ct");
    await waitFor(() => expect(screen.getByTestId("window-width")).toHaveValue("400"), SLOW);
    fireEvent.keyDown(window, { key: "b" });
    await waitFor(() => expect(screen.getByTestId("window-width")).toHaveValue("1442"), SLOW);
    fireEvent.keyDown(window, { key: "z" });
    await waitFor(() => expect(screen.getByTestId("window-width")).toHaveValue("400"), SLOW);
  });

  it("leads to the next of its series", async () => {
    const user = openWindow("maria", "#/records/ct");
    expect(await screen.findByTestId("series-place", undefined, SLOW)).toHaveTextContent("Image 1 of 2");
    await click(user, "tool-nextRecord");
    await waitFor(() => expect(window.location.hash).toBe("#/records/ct2"), SLOW);
  });

  it("that cannot be fetched says so and the page stays", async () => {
    world.faults.set("record_frame", "offline");
    openWindow("maria", "#/records/ct");
    expect(await screen.findByText("No hospital can be reached.", undefined, SLOW)).toBeVisible();
    expect(screen.getByTestId("dicom-facts")).toBeInTheDocument();
  });
});

describe("what cannot be unpacked", () => {
  it("names the reason, and everything else is still there", async () => {
    const user = openWindow("maria", "#/records/jls");
    expect(await screen.findByTestId("frame-problem", undefined, SLOW)).toHaveTextContent("JPEG-LS");
    expect(screen.getByTestId("record-save")).toBeEnabled();
    await user.type(screen.getByTestId("dicom-details-search"), "patient");
    await waitFor(() => expect(screen.getAllByTestId("dicom-line")).toHaveLength(1), SLOW);
    expect(screen.getByTestId("dicom-line")).toHaveTextContent("Keller^Maria");
  });
});

describe("curves", () => {
  it("say in words what is drawn, and what the file found", async () => {
    openWindow("maria", "#/records/a3");
    expect(await screen.findByTestId("signal-summary", undefined, SLOW)).toHaveTextContent("12 curves, 10 s");
    expect(screen.getByTestId("signal-findings")).toHaveTextContent("QT interval");
  });

  it("whose values are elsewhere name the file to add", async () => {
    openWindow("maria", "#/records/hea");
    expect(await screen.findByTestId("signal-missing", undefined, SLOW)).toHaveTextContent("105.dat");
  });
});
