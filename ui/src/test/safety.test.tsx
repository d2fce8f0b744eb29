import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emit, resetWorld, world } from "@/fake/host";
import { ownProfile } from "@/fake/security";
import { click, openWindow } from "./window";

const SLOW = { timeout: 5000 };

function own(custody: "pin" | "keyring" | "passphrase") {
  resetWorld({ pace: 5 });
  world.profile = { ...ownProfile("Eva Lind", custody), open: true };
  world.stage = "open";
}

describe("the lock", () => {
  it("opens with the PIN, warns before the wait, and counts it down", async () => {
    own("pin");
    world.stage = "locked";
    const user = openWindow();
    for (const wrong of ["111112", "222223", "333334"]) {
      await user.type(await screen.findByTestId("unlock-passphrase", undefined, SLOW), wrong);
      await click(user, "unlock-open");
      await screen.findByText("This does not open your records.", undefined, SLOW);
      await waitFor(() => expect(screen.getByTestId("unlock-passphrase")).toHaveValue(""), SLOW);
    }
    expect(await screen.findByText("2 more tries before you have to wait.", undefined, SLOW)).toBeVisible();
    world.safety.wait = 290_000;
    emit({ type: "sessionChanged" });
    expect(await screen.findByTestId("unlock-wait", undefined, SLOW)).toHaveTextContent(/4 min (50|49) s/);
    expect(screen.getByTestId("unlock-passphrase")).toBeDisabled();
    world.safety.wait = 0;
    emit({ type: "sessionChanged" });
    await waitFor(() => expect(screen.getByTestId("unlock-passphrase")).toBeEnabled(), SLOW);
    await user.type(screen.getByTestId("unlock-passphrase"), "482915");
    await click(user, "unlock-open");
    expect(await screen.findByRole("heading", { name: "Hello, Eva Lind" }, SLOW)).toBeInTheDocument();
  });

  it("closes with the keys Ctrl, Shift and L, and leaves no answer behind", async () => {
    own("pin");
    const user = openWindow(undefined, "#/records");
    await screen.findByTestId("records-list", undefined, SLOW);
    await user.keyboard("{Control>}{Shift>}l{/Shift}{/Control}");
    expect(await screen.findByTestId("unlock", undefined, SLOW)).toBeVisible();
    expect(screen.queryByTestId("records-list")).toBeNull();
  });

  it.each([
    ["keyringLocked", "The key store of this computer is locked"],
    ["keyringMissing", "The key store of this computer does not answer"],
    ["keyringEntryMissing", "Your key is no longer on this computer"],
    ["keysOfAnother", "The key found here is not yours"],
    ["vaultDamaged", "What CareKey keeps on this computer is damaged"],
  ] as const)("says what is wrong with the key: %s, and offers a way on", async (trouble, title) => {
    own("keyring");
    world.stage = "locked";
    world.safety.trouble = trouble;
    const user = openWindow();
    expect(await screen.findByRole("heading", { name: title }, SLOW)).toBeVisible();
    world.safety.trouble = null;
    await click(user, "unlock-open");
    expect(await screen.findByRole("heading", { name: "Hello, Eva Lind" }, SLOW)).toBeInTheDocument();
  });

  it("leads from a lost PIN to the words, under the same name", async () => {
    own("pin");
    world.stage = "locked";
    const user = openWindow();
    await click(user, "unlock-words");
    expect(await screen.findByTestId("wallet-name", undefined, SLOW)).toHaveValue("Eva Lind");
  });
});

describe("safety in the settings", () => {
  const open = async () => {
    own("pin");
    const user = openWindow(undefined, "#/settings?section=security");
    await screen.findByTestId("security", undefined, SLOW);
    return user;
  };

  it("changes the PIN to a passphrase only for whoever knows the PIN", async () => {
    const user = await open();
    await click(user, "custody-change");
    const dialog = within(await screen.findByRole("dialog", undefined, SLOW));
    await user.type(await dialog.findByTestId("secret", undefined, SLOW), "999998");
    await click(user, "custody-passphrase");
    await user.type(screen.getByTestId("passphrase"), "nine calm herons");
    await user.type(screen.getByTestId("passphrase-again"), "nine calm herons");
    await click(user, "custody-save");
    expect(await screen.findByText("This does not open your records.", undefined, SLOW)).toBeVisible();
    await user.clear(dialog.getByTestId("secret"));
    await user.type(dialog.getByTestId("secret"), "482915");
    await click(user, "custody-save");
    await waitFor(
      () => expect(screen.getByTestId("custody-now")).toHaveAttribute("data-custody", "passphrase"),
      SLOW,
    );
  });

  it("shows the 24 words again after the PIN, and hides them", async () => {
    const user = await open();
    await user.type(screen.getByTestId("secret"), "482915");
    await click(user, "words-show");
    const words = await screen.findByTestId("words", undefined, SLOW);
    expect(within(words).getAllByRole("listitem")).toHaveLength(24);
    await click(user, "words-hide");
    expect(screen.queryByTestId("words")).toBeNull();
  });

  it("saves a backup under a passphrase of its own", async () => {
    const user = await open();
    expect(screen.getByTestId("backup-last")).toHaveTextContent("No backup has been saved yet.");
    await click(user, "backup-open");
    const dialog = within(await screen.findByRole("dialog", undefined, SLOW));
    await user.type(dialog.getByTestId("secret"), "482915");
    await user.type(dialog.getByTestId("backup-passphrase"), "a long walk by the sea");
    await user.type(dialog.getByTestId("backup-passphrase-again"), "a long walk by the sea");
    await click(user, "backup-save");
    await waitFor(() => expect(screen.getByTestId("task")).toHaveAttribute("data-state", "done"), SLOW);
  });

  it("stops everyone after a computer was lost", async () => {
    const user = await open();
    await click(user, "lost-open");
    await click(user, "stop-everyone");
    await click(user, "stop-everyone-confirm");
    expect(await screen.findByTestId("stopped-everyone", undefined, SLOW)).toBeVisible();
    const reading = world.grants.filter((grant) => grant.state.state === "confirmed");
    expect(reading, "nobody can read any more").toHaveLength(0);
  });
});

describe("the start screen", () => {
  it("joins hospitals by an invitation before anything is set up", async () => {
    const user = openWindow();
    await click(user, "start-create");
    await click(user, "network-invited");
    await user.type(await screen.findByTestId("invitation", undefined, SLOW), "something else");
    await click(user, "invitation-read");
    expect(
      await screen.findByText("This invitation is damaged or not complete.", undefined, SLOW),
    ).toBeVisible();
    await user.clear(screen.getByTestId("invitation"));
    await user.type(screen.getByTestId("invitation"), "carekey:join?invitation=carenet1.AAAA");
    await click(user, "invitation-read");
    expect(await screen.findByText("Health network of the Lake District", undefined, SLOW)).toBeVisible();
    await click(user, "network-join");
    await waitFor(() => expect(screen.getByTestId("network-lakes")).toBeChecked(), SLOW);
  });

  it("takes a whole sheet of words at once, and names a word that is none", async () => {
    const user = openWindow();
    await click(user, "start-restore");
    const first = await screen.findByTestId("restore-word-1", undefined, SLOW);
    await user.click(first);
    await user.paste(
      "1 anchor 2 bridge 3 canvas 4 dinner 5 energy 6 fabric 7 gardxn 8 harbor 9 island 10 jacket 11 kitten 12 ladder 13 marble 14 needle 15 orange 16 pencil 17 quarter 18 ribbon 19 silver 20 ticket 21 umbrella 22 velvet 23 window 24 zebra",
    );
    await waitFor(() => expect(screen.getByTestId("restore-word-24")).toHaveValue("zebra"), SLOW);
    expect(await screen.findByTestId("words-wrong", undefined, SLOW)).toHaveTextContent(
      "Word 7 is not in the list",
    );
    await user.clear(screen.getByTestId("restore-word-7"));
    await user.type(screen.getByTestId("restore-word-7"), "garden");
    await waitFor(() => expect(screen.queryByTestId("words-wrong")).toBeNull(), SLOW);
  });

  it("removes a person from this computer only after being sure", async () => {
    resetWorld({ pace: 5 });
    world.profiles = [...world.profiles, ownProfile("Eva Lind", "pin")];
    const user = openWindow();
    await click(user, "profile-own-menu");
    await click(user, "profile-remove");
    expect(await screen.findByTestId("remove-confirm", undefined, SLOW)).toBeDisabled();
    await click(user, "remove-sure");
    await click(user, "remove-confirm");
    await waitFor(() => expect(screen.queryByTestId("profile-own")).toBeNull(), SLOW);
  });
});
