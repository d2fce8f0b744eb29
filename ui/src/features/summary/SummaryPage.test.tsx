import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

const SLOW = { timeout: 5000 };

it("the summary is made on the first visit, and says where each thing comes from", async () => {
  const user = openWindow("maria", "#/records");
  await click(user, "summary-open");
  const problems = await screen.findByTestId("summary-problems", undefined, SLOW);
  expect(problems).toHaveTextContent("Atrial fibrillation");
  expect(problems).toHaveTextContent("Discharge letter");
  expect(screen.getByTestId("summary-unread")).toHaveTextContent("Scan of an old letter");
});

it("what was stopped half-way can be made again", async () => {
  const user = openWindow("maria", "#/records");
  world.pace = 200;
  await click(user, "summary-open");
  await user.click(await screen.findByText("Cancel", undefined, SLOW));
  await user.click(await screen.findByText("Make the summary", undefined, SLOW));
  expect(await screen.findByTestId("summary", undefined, SLOW)).toBeInTheDocument();
});
