import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { world } from "@/fake/host";
import { DAY } from "@/fake/records";
import { click, openWindow } from "./window";

const SLOW = { timeout: 5000 };

type User = ReturnType<typeof openWindow>;

/** The first step: types a part of a name and takes the person. */
async function choose(user: User, name: string) {
  await user.type(await screen.findByTestId("grant-person-search", undefined, SLOW), name);
  await waitFor(() => expect(screen.getAllByTestId("grant-person-row")).toHaveLength(1), SLOW);
  await click(user, "grant-person-row");
}

const sentence = () => screen.getByTestId("grant-sentence");

describe("sharing", () => {
  it("is who, what, how long, and a look at what they will see before it is agreed", async () => {
    const user = openWindow("maria", "#/people");
    await click(user, "grant-open");
    await choose(user, "okafor");
    await user.click(await screen.findByRole("checkbox", { name: /Heart/ }, SLOW));
    expect(sentence()).toHaveTextContent("Records that come later are included.");
    await click(user, "grant-next");
    await user.click(await screen.findByRole("radio", { name: "No end" }, SLOW));
    await click(user, "grant-next");
    expect(sentence()).toHaveTextContent(
      "Dr Grace Okafor can read your heart records until you stop it, for treatment.",
    );
    const preview = await screen.findByTestId("grant-preview", undefined, SLOW);
    expect(await within(preview).findByText("You are looking at the records of Maria Keller")).toBeVisible();
    await user.click(within(preview).getByText("Cardiology visit"));
    expect(await within(preview).findByTestId("grant-preview-back", undefined, SLOW)).toBeVisible();
    await click(user, "grant-confirm");
    await waitFor(
      () => expect(screen.getByTestId("grant-sent-state")).toHaveAttribute("data-state", "confirmed"),
      SLOW,
    );
    const made = world.grants[0];
    expect(made?.what).toEqual({ kind: "collection", collection: "heart" });
    expect(made?.until, "no end was chosen").toBeNull();
  });

  it("can be everything, or only what is there today", async () => {
    const user = openWindow("maria", "#/people");
    await click(user, "grant-open");
    await choose(user, "olsen");
    await user.click(await screen.findByRole("radio", { name: "Everything" }, SLOW));
    expect(sentence()).toHaveTextContent("can read all your records");
    await user.click(screen.getByRole("radio", { name: /are not included/ }));
    expect(sentence()).toHaveTextContent("Records that come later are not included.");
    await click(user, "grant-next");
    await click(user, "grant-next");
    world.pace = 300;
    await click(user, "grant-confirm");
    await waitFor(() => expect(world.grants[0]?.parts).toBe(world.records.length), SLOW);
    expect(await screen.findByTestId("grant-parts", undefined, SLOW)).toBeInTheDocument();
  });

  it("goes back without losing what was chosen", async () => {
    const user = openWindow("maria", "#/records/a2");
    await click(user, "record-share");
    await choose(user, "haddad");
    expect(await screen.findByTestId("grant-terms", undefined, SLOW)).toBeInTheDocument();
    await click(user, "grant-back");
    expect(await screen.findByRole("checkbox", { name: /Cardiology visit/ }, SLOW)).toBeChecked();
  });
});

describe("the people who can see", () => {
  it("are stopped with two clicks, and what they had opened is named", async () => {
    const user = openWindow("maria", "#/people");
    const active = await screen.findByTestId("grants-active", undefined, SLOW);
    const row = active.querySelector('[data-grant="g1"]') as HTMLElement;
    await user.click(within(row).getByTestId("grant-stop"));
    expect(await screen.findByText(/will no longer be able to read your heart records/)).toBeInTheDocument();
    expect(screen.getByTestId("opened-before")).toHaveTextContent(/opened 3 of them:.*ECG strip, lead II/);
    await click(user, "grant-stop-confirm");
    await click(user, "grants-ended-show");
    const ended = screen.getByTestId("grants-ended");
    await waitFor(() => expect(ended.querySelector('[data-grant="g1"]')).not.toBeNull(), SLOW);
    expect(ended).toHaveTextContent("Heart ultrasound");
  });

  it("lose all of it at once when everything is stopped", async () => {
    const user = openWindow("maria", "#/people/care1haddad");
    await click(user, "person-stop-all");
    await click(user, "person-stop-all-confirm");
    await waitFor(
      () => expect(world.grants.filter((one) => one.grantee.id === "care1haddad")).toSatisfy(areStopped),
      SLOW,
    );
  });

  it("can read longer, without a word about anything else", async () => {
    const user = openWindow("maria", "#/");
    const row = await screen.findByTestId("ending-row", undefined, SLOW);
    expect(row).toHaveTextContent("Dr Amir Haddad can read 4 records (Laboratory and Medication) until");
    await user.click(within(row).getByTestId("grant-change"));
    expect(await screen.findByTestId("grant-change-sentence", undefined, SLOW)).toHaveTextContent(
      "for a second opinion",
    );
    await click(user, "grant-change-confirm");
    await waitFor(() =>
      expect(world.grants.find((one) => one.id === "g4")?.until).toBeGreaterThan(Date.now() + 60 * DAY),
    );
    await waitFor(() => expect(screen.queryByTestId("home-ending")).toBeNull(), SLOW);
  });

  it("may end when they end", async () => {
    const user = openWindow("maria", "#/");
    await click(user, "grant-let-end");
    await waitFor(() => expect(screen.queryByTestId("home-ending")).toBeNull(), SLOW);
  });

  it("have the name I give them", async () => {
    const user = openWindow("maria", "#/people/care1jonas");
    await click(user, "person-rename");
    await user.type(await screen.findByTestId("person-nickname"), "Jonny");
    await click(user, "person-nickname-save");
    expect(await screen.findByRole("heading", { name: "Jonny (Jonas Keller)" }, SLOW)).toBeInTheDocument();
  });

  it("are removed from my people only, and I am told so", async () => {
    const user = openWindow("maria", "#/people/care1jonas");
    await click(user, "contact-remove");
    expect(await screen.findByText(/can still read what you shared/)).toBeInTheDocument();
    await click(user, "contact-remove-dialog-sure");
    await waitFor(() => expect(world.contacts).toHaveLength(0), SLOW);
  });
});

function areStopped(grants: typeof world.grants) {
  return grants.length > 0 && grants.every(({ state }) => state.state === "stopped");
}

describe("who looked", () => {
  it("shows what does not add up, what it may mean and what to do", async () => {
    const user = openWindow("maria", "#/activity");
    await screen.findByTestId("access-table", undefined, SLOW);
    await user.click(screen.getByRole("radio", { name: /Needs attention/ }));
    await waitFor(() => expect(screen.getAllByTestId("access-row")).toHaveLength(2), SLOW);
    const advice = screen.getAllByTestId("access-advice").map((one) => one.dataset.kind);
    expect(advice).toEqual(["refused", "onlyHospital"]);
    expect(screen.getByText(/no report came from Dr Grace Okafor within a day/)).toBeInTheDocument();
    expect(screen.getByText(/If the answer does not satisfy you, stop the access/)).toBeInTheDocument();
  });

  it("is searched, and shown a page at a time", async () => {
    const row = world.accesses[0];
    if (!row) throw new Error("the made-up world has accesses");
    world.accesses = Array.from({ length: 250 }, (_, index) => ({ ...row, id: `many-${index}` }));
    const user = openWindow("maria", "#/activity");
    expect(await screen.findByTestId("access-count", undefined, SLOW)).toHaveTextContent("100 of 250");
    await click(user, "access-more");
    await waitFor(() => expect(screen.getByTestId("access-count")).toHaveTextContent("200 of 250"), SLOW);
    await user.click(screen.getByTestId("access-search"));
    await user.paste("nobody");
    expect(await screen.findByText("Nothing fits what you are looking for.", undefined, SLOW)).toBeVisible();
  });
});

describe("Jonas, who looks after two people", () => {
  it("always sees whose records he is in, and changes between them", async () => {
    const user = openWindow("jonas", "#/shared/care1maria");
    const frame = await screen.findByTestId("patient-frame", undefined, SLOW);
    expect(
      await within(frame).findByText("You are looking at the records of Mum (Maria Keller)"),
    ).toBeInTheDocument();
    await click(user, "patient-switch");
    await click(user, "patient-switch-to");
    expect(
      await screen.findByText("You are looking at the records of Karl Weber", undefined, SLOW),
    ).toBeInTheDocument();
  });
});
