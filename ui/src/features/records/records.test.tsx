import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { world } from "@/fake/host";
import { click, openWindow } from "@/test/window";
import { bodyOf, decimal, draftOf, emptyDraft } from "./entry";

const SLOW = { timeout: 5000 };

async function chooseFiles(user: ReturnType<typeof openWindow>) {
  await click(user, "record-add");
  await click(user, "add-files");
  await click(user, "import-choose");
  await waitFor(() => expect(screen.getAllByTestId("import-title")).toHaveLength(2), SLOW);
}

describe("adding documents", () => {
  it("looks at each file, says what is wrong with it, and adds those that can be added", async () => {
    const user = openWindow("maria", "#/records");
    const before = world.records.length;
    await chooseFiles(user);
    expect(await screen.findByTestId("import-damaged", undefined, SLOW)).toHaveTextContent(/kept as it is/);
    expect(await screen.findByText("This file is empty.", undefined, SLOW)).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: "Add 2 documents" }, SLOW));
    await waitFor(() => expect(screen.getAllByTestId("import-done")).toHaveLength(2), SLOW);
    expect(world.records).toHaveLength(before + 2);
  });

  it("stops one of them half-way and nothing of it is kept", async () => {
    const user = openWindow("maria", "#/records");
    const before = world.records.length;
    await chooseFiles(user);
    world.pace = 80;
    await click(user, "import-confirm");
    const first = screen.getAllByTestId("import-item")[0] as HTMLElement;
    await user.click(await within(first).findByTestId("task-cancel", undefined, SLOW));
    expect(await within(first).findByText("Stopped", undefined, SLOW)).toBeInTheDocument();
    await waitFor(() => expect(screen.getAllByTestId("import-done")).toHaveLength(1), SLOW);
    expect(world.records).toHaveLength(before + 1);
  });

  it("takes files that are dropped anywhere, and notices what is there already", async () => {
    openWindow("maria", "#/people");
    await waitFor(() => expect(world.dropped.size).toBeGreaterThan(0), SLOW);
    act(() => {
      for (const drop of world.dropped) drop({ over: false, paths: ["/tmp/letter-again.pdf"] });
    });
    expect(await screen.findByTestId("import-duplicate", undefined, SLOW)).toHaveTextContent(
      /You have this already/,
    );
  });
});

describe("the list", () => {
  it("is narrowed by what is new, and marked as read at once", async () => {
    const user = openWindow("maria", "#/records");
    await click(user, "filters-open");
    await user.click(await screen.findByTestId("filter-unread"));
    const unread = world.records.filter((row) => row.unread).length;
    expect(unread).toBeGreaterThan(0);
    await waitFor(() => expect(screen.getAllByTestId("record-row")).toHaveLength(unread), SLOW);
    await click(user, "read-all");
    expect(await screen.findByTestId("empty", undefined, SLOW)).toBeInTheDocument();
  });
});

describe("own entries", () => {
  it("are written down, changed by a new version, and erased", async () => {
    const user = openWindow("maria", "#/records");
    await click(user, "record-add");
    await click(user, "add-measurement");
    await user.type(await screen.findByTestId("entry-systolic"), "12x");
    expect(screen.getByTestId("entry-save")).toBeDisabled();
    await user.clear(screen.getByTestId("entry-systolic"));
    await user.type(screen.getByTestId("entry-systolic"), "128");
    await user.type(screen.getByTestId("entry-diastolic"), "82");
    await click(user, "entry-save");
    await waitFor(() => expect(world.records[0]?.selfReported).toBe(true), SLOW);
    const written = world.records[0]?.id ?? "";
    await waitFor(
      () => expect(screen.getAllByTestId("record-row")[0]).toHaveAttribute("data-record", written),
      SLOW,
    );
    await user.click(screen.getAllByTestId("record-row")[0] as HTMLElement);
    await click(user, "record-change");
    const systolic = await screen.findByTestId("entry-systolic");
    expect(systolic).toHaveValue("128");
    await user.clear(systolic);
    await user.type(systolic, "118");
    await click(user, "entry-save");
    await waitFor(() => expect(world.records.some((row) => row.id === written)).toBe(false), SLOW);
    expect(await screen.findByTestId("record-versions", undefined, SLOW)).toBeInTheDocument();
    const changed = world.records[0]?.id;
    await click(user, "record-erase");
    expect(await screen.findByTestId("erase-dialog")).toHaveTextContent(/cannot be undone/);
    await click(user, "erase-dialog-sure");
    await waitFor(() => expect(world.records.some((row) => row.id === changed)).toBe(false), SLOW);
  }, 30_000);

  it("keep their digits, and take a comma as a decimal sign", () => {
    expect(decimal(" 37,50 ")).toBe("37.50");
    for (const wrong of ["", "12x", "1e3", "1.2.3", "--4", "12345678901"]) expect(decimal(wrong)).toBeNull();
    const draft = { ...emptyDraft("measurement"), what: "glucose" as const, value: "5,6", unit: "mg/dL" };
    const body = bodyOf(draft);
    expect(body).toEqual({ kind: "usual", measure: "glucose", value: "5.6", unit: "mg/dL", remark: "" });
    expect(body && bodyOf(draftOf(body))).toEqual(body);
    expect(bodyOf({ ...draft, what: "weight" })).toMatchObject({ unit: "kg" });
  });
});
