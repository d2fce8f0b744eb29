import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emit, resetWorld, world } from "@/fake/host";
import { trouble } from "@/fake/world";
import { click, openWindow } from "./window";

const SLOW = { timeout: 5000 };

describe("the start screen", () => {
  it("opens a person in this window", async () => {
    const user = openWindow();
    await click(user, "profile-maria");
    expect(await screen.findByRole("heading", { name: "Hello, Maria Keller" }, SLOW)).toBeVisible();
  });

  it("says what to do when the network cannot be reached", async () => {
    resetWorld({ pace: 5, network: { ...world.network, phase: "offline" } });
    openWindow();
    expect(await screen.findByText(/No hospital can be reached right now/, undefined, SLOW)).toBeVisible();
  });
});

describe("Maria", () => {
  it("sees which value is out of range by word, not by colour alone", async () => {
    openWindow("maria", "#/records/a1");
    const rows = await screen.findAllByTestId("result-row", undefined, SLOW);
    expect(rows[0]).toHaveTextContent(/HbA1c.*7\.1.*high.*4\.0 – 6\.0/);
  });

  it("is shown nothing of a record whose check failed, and is told which check it was", async () => {
    openWindow("maria", "#/records/a8");
    const withheld = await screen.findByTestId("record-withheld", undefined, SLOW);
    expect(within(withheld).getByTestId("check-contentUnchanged")).toHaveAttribute("data-outcome", "failed");
    expect(screen.queryByTestId("record-save"), "an altered record is not saved either").toBeNull();
    expect(screen.queryByTestId("record-share"), "nor shared").toBeNull();
  });

  it("is told in plain words what went wrong, with the code one click deeper, and tries again", async () => {
    world.faults.set("records_list", "offline");
    const user = openWindow("maria", "#/records");
    const notice = await screen.findByTestId("error", undefined, SLOW);
    expect(notice).toHaveTextContent("No hospital can be reached.");
    world.faults.clear();
    await click(user, "error-retry");
    expect(await screen.findByTestId("records-list", undefined, SLOW)).toBeInTheDocument();
  });

  it("sees a new record without asking", async () => {
    openWindow("maria", "#/records");
    await screen.findByTestId("records-list", undefined, SLOW);
    const first = world.records[0];
    if (!first) throw new Error("the made-up world has records");
    world.records = [{ ...first, id: "fresh", title: "X-ray of the hand" }, ...world.records];
    emit({ type: "recordsChanged" });
    expect(await screen.findByText("X-ray of the hand", undefined, SLOW)).toBeInTheDocument();
  });

  it("changes to German at once", async () => {
    const user = openWindow("maria", "#/settings");
    await user.click(await screen.findByRole("radio", { name: "Deutsch" }, SLOW));
    expect(await screen.findByRole("heading", { name: "Einstellungen" }, SLOW)).toBeInTheDocument();
  });
});

describe("Dr Haddad", () => {
  it("writes a note for the patient he is looking at", async () => {
    const user = openWindow("haddad", "#/shared/care1maria");
    await click(user, "write-for-patient");
    await waitFor(
      () => expect(screen.getByTestId("write-patient")).toHaveValue("Maria Keller · North General"),
      SLOW,
    );
    await user.type(screen.getByTestId("write-title"), "Visit");
    await user.type(screen.getByTestId("write-text"), "Pulse 76.");
    await click(user, "write-send");
    await waitFor(() => expect(world.written[0]?.title).toBe("Visit"), SLOW);
    await waitFor(
      () => expect(screen.getAllByTestId("written-row")[0]).toHaveAttribute("data-state", "confirmed"),
      SLOW,
    );
  });

  it("always sees whose records he is in", async () => {
    openWindow("haddad", "#/shared/care1maria/a3");
    const frame = await screen.findByTestId("patient-frame", undefined, SLOW);
    expect(
      await within(frame).findByText("You are looking at the records of Maria Keller"),
    ).toBeInTheDocument();
    expect(screen.queryByTestId("record-share"), "a reader cannot share on").toBeNull();
  });
});

describe("a new person", () => {
  it("writes down 24 words, types three of them, and registers", async () => {
    const user = openWindow();
    await click(user, "start-create");
    await user.type(screen.getByTestId("wallet-name"), "Eva Lind");
    await user.type(await screen.findByTestId("pin"), "123456");
    expect(await screen.findByText(/Others try this one first/)).toBeVisible();
    await user.clear(screen.getByTestId("pin"));
    await user.type(screen.getByTestId("pin"), "482915");
    await user.type(screen.getByTestId("pin-again"), "482915");
    await click(user, "wallet-create");
    const words = await screen.findByTestId("words", undefined, SLOW);
    const shown = within(words)
      .getAllByRole("listitem")
      .map((item) => item.textContent?.replace(/^\d+\s*/, "") ?? "");
    expect(shown).toHaveLength(24);
    await click(user, "words-written");
    for (const place of [3, 11, 20]) {
      await user.type(screen.getByTestId(`word-${place}`), place === 11 ? "wrong" : (shown[place - 1] ?? ""));
    }
    await click(user, "words-confirm");
    expect(await screen.findByTestId("error", undefined, SLOW)).toHaveAttribute("data-code", "wordsMismatch");
    await user.clear(screen.getByTestId("word-11"));
    await user.type(screen.getByTestId("word-11"), shown[10] ?? "");
    await click(user, "words-confirm");
    await user.type(await screen.findByTestId("enrol-code", undefined, SLOW), "NORTH-4711-22");
    await click(user, "enrol");
    expect(await screen.findByRole("heading", { name: "Hello, Eva Lind" }, SLOW)).toBeInTheDocument();
  });
});

describe("the hospitals", () => {
  const look = async (name: string) => {
    resetWorld({ pace: 5, ledger: trouble(name) });
    return openWindow("maria", "#/");
  };

  it("are counted in the footer and named one click deeper", async () => {
    const user = await look("");
    expect(
      await screen.findByText("Checked with 4 of 4 hospitals, a moment ago", undefined, SLOW),
    ).toBeVisible();
    expect(screen.queryByTestId("hospital-caught")).toBeNull();
    await click(user, "ledger-footer");
    const rows = await screen.findAllByTestId("ledger-hospital", undefined, SLOW);
    expect(rows.map((row) => row.dataset.stance)).toEqual(["agrees", "agrees", "agrees", "agrees"]);
  });

  it("are named when caught, calmly, with the proof at hand", async () => {
    const user = await look("caught");
    const notice = await screen.findByTestId("hospital-caught", undefined, SLOW);
    expect(notice).toHaveTextContent("South Clinic showed a different history");
    expect(notice).toHaveTextContent("Your app keeps to the one that 3 hospitals signed.");
    await click(user, "evidence-save");
    expect(await screen.findByText("The proof was saved.", undefined, SLOW)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Hide" }));
    expect(screen.queryByTestId("hospital-caught")).toBeNull();
    await click(user, "ledger-footer");
    expect(await screen.findByText(/Showed a different history/, undefined, SLOW)).toBeVisible();
  });

  it("say that what is done now is kept when too few of them answer", async () => {
    await look("paused");
    const notice = await screen.findByTestId("network-paused", undefined, SLOW);
    expect(notice).toHaveTextContent("What you do now is saved here and sent later.");
    expect(screen.getByTestId("ledger-footer")).toHaveAttribute("data-phase", "paused");
  });

  it("show the last good state when none of them tells the truth", async () => {
    await look("untrusted");
    expect(
      await screen.findByText(/No hospital gives an answer that checks out/, undefined, SLOW),
    ).toBeVisible();
  });
});
