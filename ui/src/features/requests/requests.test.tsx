import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { resetWorld, world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

beforeEach(() => {
  resetWorld({ pace: 1 });
  world.settings.language = "en";
});

test("what a doctor asks stands on the first page, and a stranger's request does not", async () => {
  openWindow("maria");
  const row = await screen.findByTestId("request-row", undefined, { timeout: 5000 });
  expect(within(row).getByText(/Dr Grace Okafor asks to read your heart records/)).toBeVisible();
  expect(screen.queryByText(/Nils Olsen asks/)).not.toBeInTheDocument();
});

test("strangers' requests are folded away on the page of people, with a warning inside", async () => {
  const user = openWindow("maria", "#/people");
  const panel = await screen.findByTestId("requests");
  expect(within(panel).queryByText(/Nils Olsen asks/)).not.toBeInTheDocument();
  await click(user, "requests-strangers");
  expect(within(panel).getByText(/Nils Olsen asks/)).toBeVisible();
  expect(within(panel).getByText(/Nobody you have had to do with/)).toBeVisible();
});

test("looking at a request opens the sharing with the asker's choices made", async () => {
  const user = openWindow("maria", "#/people");
  await click(user, "request-approve");
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findAllByText(/Okafor/)).not.toHaveLength(0);
});

test("a no can carry a word, and the request does not wait any more", async () => {
  const user = openWindow("maria", "#/people");
  await click(user, "request-decline");
  await user.type(await screen.findByTestId("request-decline-dialog-words"), "Please ask me in person");
  await click(user, "request-decline-dialog-confirm");
  await waitFor(() =>
    expect(world.letters.maria?.requests[0]?.state).toEqual({
      state: "declined",
      words: "Please ask me in person",
    }),
  );
});

test("a doctor asks for everything and can take it back", async () => {
  const user = openWindow("haddad", "#/shared/care1maria");
  await click(user, "ask-open");
  const send = await screen.findByTestId("ask-send");
  expect(send).toBeDisabled();
  await user.click(screen.getByTestId("ask-everything"));
  await user.click(send);
  await waitFor(() => expect(world.letters.haddad?.requests[0]?.collections).toHaveLength(6));
  await click(user, "request-withdraw");
  await waitFor(() => expect(world.letters.haddad?.requests[0]?.state.state).toBe("withdrawn"));
});
