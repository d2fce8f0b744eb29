import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { openWindow } from "@/test/window";

it("a doctor finds a patient by the beginning of any part of the name", async () => {
  const user = openWindow("haddad", "#/patients");
  const search = await screen.findByTestId("shared-search", undefined, { timeout: 5000 });
  await user.type(search, "kel");
  expect(screen.getAllByTestId("patient-row")).toHaveLength(1);
  expect(screen.getByTestId("patient-row")).toHaveTextContent("Maria Keller");
  await user.clear(search);
  await user.type(search, "eller");
  expect(screen.queryByTestId("patient-row")).toBeNull();
  expect(screen.getByText("Nobody called “eller” shares records with you.")).toBeVisible();
});
