import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { resetWorld, world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

beforeEach(() => {
  resetWorld({ pace: 1 });
  world.settings.language = "en";
});

test("a clinician moves through the inbox by keyboard and opens with Enter", async () => {
  const user = openWindow("haddad");
  const rows = await screen.findAllByTestId("inbox-row", undefined, { timeout: 5000 });
  expect(rows.length).toBeGreaterThan(2);
  rows[0]?.focus();
  await user.keyboard("jj");
  expect(rows[2]).toHaveFocus();
  await user.keyboard("k{ArrowUp}");
  expect(rows[0]).toHaveFocus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(window.location.hash).not.toBe("#/"));
});

test("opening an answer takes its mark away", async () => {
  const user = openWindow("haddad");
  const rows = await screen.findAllByTestId("inbox-row", undefined, { timeout: 5000 });
  const answer = rows.find((row) => row.dataset.kind === "answer" && row.dataset.unread === "true");
  await user.click(answer as HTMLElement);
  await waitFor(() => expect(world.letters.haddad?.requests[0]?.unread).toBe(false));
});

test("the filter leaves one kind, and an empty inbox says what will be there", async () => {
  const user = openWindow("haddad");
  await screen.findAllByTestId("inbox-row", undefined, { timeout: 5000 });
  await user.click(screen.getByRole("radio", { name: "Appointments" }));
  const kinds = screen.getAllByTestId("inbox-row").map((row) => row.dataset.kind);
  expect(new Set(kinds)).toEqual(new Set(["appointment"]));
});

test("patients have a page of their own", async () => {
  const user = openWindow("haddad");
  await click(user, "nav-patients");
  expect(await screen.findByTestId("shared-list", undefined, { timeout: 5000 })).toBeVisible();
});
