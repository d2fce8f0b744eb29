import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { resetWorld, world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

beforeEach(() => {
  resetWorld({ pace: 1 });
  world.settings.language = "en";
});

test("a patient takes the time that was proposed", async () => {
  const user = openWindow("maria", "#/people");
  await click(user, "appointment-accept");
  await waitFor(() => expect(world.letters.maria?.appointments[0]?.state.state).toBe("agreed"));
});

test("a patient wishes for an appointment, and reads what it would open", async () => {
  const user = openWindow("maria", "#/people");
  await click(user, "appointment-book");
  await click(user, "book-person");
  await user.click(await screen.findByRole("option", { name: /Haddad/ }));
  await user.click(within(screen.getByTestId("book-offer-heart")).getByRole("checkbox"));
  expect(screen.getByTestId("book-sentence")).toHaveTextContent(
    "Dr Amir Haddad may read your heart records until the day after, once a time is agreed.",
  );
  expect(screen.getByTestId("book-send")).toBeDisabled();
  await user.type(screen.getByTestId("book-reason"), "Palpitations");
  await click(user, "book-send");
  await waitFor(() => expect(world.letters.maria?.appointments[0]?.reason).toBe("Palpitations"));
  expect(world.letters.maria?.appointments[0]?.offer).toEqual(["heart"]);
});

test("a doctor is told whether a time agrees or only proposes", async () => {
  const user = openWindow("haddad", "#/appointments");
  const wished = await screen.findByTestId("appointments-wished");
  await user.click(within(wished).getByTestId("appointment-answer"));
  expect(await screen.findByTestId("answer-means")).toHaveAttribute("data-inside", "true");
  await click(user, "answer-send");
  await waitFor(() => expect(world.letters.haddad?.appointments[0]?.state.state).toBe("agreed"));
});

test("calling off says that the access ends", async () => {
  const user = openWindow("maria", "#/people");
  const rows = await screen.findAllByTestId("appointment-row");
  await user.click(within(rows[0] as HTMLElement).getByTestId("appointment-refuse"));
  expect(await screen.findByText(/Access that came with it ends/)).toBeVisible();
  await click(user, "appointment-refuse-dialog-confirm");
  await waitFor(() =>
    expect(world.letters.maria?.appointments.some((one) => one.state.state === "calledOff")).toBe(true),
  );
});
