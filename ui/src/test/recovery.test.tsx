import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emit, resetWorld, world } from "@/fake/host";
import { NUMBER, readRecoveryAddress } from "@/fake/recovery";
import { grouped } from "@/features/recovery/number";
import { click, openWindow } from "./window";

const SLOW = { timeout: 5000 };

function staged(scene: string) {
  resetWorld({ pace: 5 });
  readRecoveryAddress(world.recovery, new URLSearchParams(`recovery=${scene}`));
}

describe("Maria's recovery", () => {
  it("is handed to people, after a sentence that says who and how many", async () => {
    const user = openWindow("maria", "#/settings?section=recovery");
    await click(user, "recovery-choose");
    await click(user, "recovery-more");
    expect(await screen.findByTestId("recovery-send", undefined, SLOW)).toBeDisabled();
    const people = screen.getAllByTestId("recovery-person").slice(0, 3);
    for (const person of people) await user.click(person);
    expect(screen.getByTestId("recovery-sentence")).toHaveTextContent(/Any 2 of them together/);
    expect(screen.queryByTestId("recovery-zero")).toBeNull();
    await click(user, "recovery-send");
    await waitFor(() => expect(screen.getAllByTestId("recovery-holder")).toHaveLength(3), SLOW);
    expect(world.recovery.view.own).toMatchObject({ threshold: 2, count: 3, waitingDays: 7 });
  });

  it("warns before there is no waiting time", async () => {
    const user = openWindow("maria", "#/settings?section=recovery");
    await click(user, "recovery-choose");
    await click(user, "recovery-waiting");
    await user.click(await screen.findByRole("option", { name: "Not at all" }, SLOW));
    expect(screen.getByTestId("recovery-zero")).toBeVisible();
  });

  it("is stopped from the first page when it is not her", async () => {
    staged("alarm");
    const user = openWindow("maria");
    expect(await screen.findByTestId("recovery-alarm", undefined, SLOW)).toHaveTextContent(/said yes/);
    await click(user, "recovery-stop");
    expect(await screen.findByTestId("recovery-stopped", undefined, SLOW)).toBeVisible();
    expect(screen.queryByTestId("recovery-alarm")).toBeNull();
    expect(world.recovery.view.alarms[0]?.stopped).toBe(true);
  });

  it("shows the warning as soon as it is told of it", async () => {
    resetWorld({ pace: 5 });
    openWindow("maria");
    await screen.findByTestId("home-new", undefined, SLOW);
    readRecoveryAddress(world.recovery, new URLSearchParams("recovery=alarm"));
    emit({ type: "recoveryChanged" });
    expect(await screen.findByTestId("recovery-alarm", undefined, SLOW)).toBeVisible();
  });
});

describe("Jonas, who keeps a part", () => {
  it("says yes only after he says that he knows the voice", async () => {
    staged("kept");
    world.recovery.view.calls = [];
    const user = openWindow("jonas", "#/people");
    await click(user, "help-open");
    await user.type(await screen.findByTestId("help-number", undefined, SLOW), NUMBER.replace(/ /g, ""));
    expect(screen.getByTestId("help-number")).toHaveValue(NUMBER);
    await click(user, "help-find");
    expect(await screen.findByTestId("help-agree", undefined, SLOW)).toBeDisabled();
    await click(user, "help-sure");
    await click(user, "help-agree");
    expect(await screen.findByTestId("help-call", undefined, SLOW)).toHaveAttribute("data-state", "waiting");
  });

  it("learns that no computer asks with a number", async () => {
    staged("kept");
    const user = openWindow("jonas", "#/people");
    await click(user, "help-open");
    await user.type(await screen.findByTestId("help-number", undefined, SLOW), "1234123412341234");
    await click(user, "help-find");
    expect(await screen.findByTestId("error", undefined, SLOW)).toHaveAttribute(
      "data-code",
      "helpCallNotFound",
    );
  });

  it("need not keep it", async () => {
    staged("kept");
    const user = openWindow("jonas");
    await click(user, "recovery-refuse");
    await waitFor(() => expect(screen.queryByTestId("recovery-entrusted")).toBeNull(), SLOW);
    expect(world.recovery.view.kept).toEqual([]);
  });
});

describe("a new computer", () => {
  it("gets a number to read out", async () => {
    resetWorld({ pace: 5 });
    const user = openWindow();
    await click(user, "start-help");
    await user.type(await screen.findByTestId("help-name", undefined, SLOW), "Maria");
    await click(user, "custody-keyring");
    await click(user, "help-start");
    expect(await screen.findByTestId("help-my-number", undefined, SLOW)).toHaveTextContent(NUMBER);
  });

  it("names whose part is wrong, and counts those that are here", async () => {
    staged("answered");
    const user = openWindow();
    await click(user, "start-help");
    expect(await screen.findByTestId("help-progress", undefined, SLOW)).toHaveTextContent(
      "1 of 2 parts are here",
    );
    const wrong = screen.getAllByTestId("help-holder").find((row) => row.dataset.state === "wrong");
    expect(wrong).toHaveTextContent(/Otto Meier.*not the part that was handed out/);
    expect(screen.queryByTestId("help-finish")).toBeNull();
  });

  it("brings everything back when enough parts are here", async () => {
    staged("ready");
    const user = openWindow();
    await click(user, "start-help");
    await click(user, "help-finish");
    expect(await screen.findByRole("heading", { name: "Hello, Maria Keller" }, SLOW)).toBeVisible();
  });
});

describe("a number as it is typed", () => {
  it("falls into groups of four", () => {
    expect(grouped("4111-1111x1111 1111999")).toBe("4111 1111 1111 1111");
    expect(grouped("41111")).toBe("4111 1");
    expect(grouped("")).toBe("");
  });
});
