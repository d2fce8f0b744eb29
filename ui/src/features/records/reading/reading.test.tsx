import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { world } from "@/fake/host";
import { click, openWindow } from "@/test/window";

const SLOW = { timeout: 8000 };

describe("a page", () => {
  it("keeps the author's headings and says how a medicine is taken", async () => {
    openWindow("maria", "#/records/summary-json");
    const medication = await screen.findByTestId("section-medication", undefined, SLOW);
    expect(within(medication).getByRole("heading", { name: "What she takes" })).toBeVisible();
    expect(
      within(medication).getByText("1 tablet, in the morning and in the evening, by mouth"),
    ).toBeVisible();
    expect(within(medication).getByText("Not taken or not given")).toBeVisible();
  });

  it("says it in German", async () => {
    world.settings.language = "de";
    openWindow("maria", "#/records/summary-json");
    expect(
      await screen.findByText("1 tablet, morgens und abends, zum Einnehmen", undefined, SLOW),
    ).toBeVisible();
  });

  it("explains a value in general words, and says that they are not the document's", async () => {
    const user = openWindow("maria", "#/records/laboratory-json");
    await user.click(
      (await screen.findAllByRole("button", { name: /What is this\? Potassium/ }, SLOW))[0] as Element,
    );
    expect(await screen.findByText(/A salt in the blood/)).toBeInTheDocument();
    expect(screen.getByText("General information, not from this document")).toBeInTheDocument();
  });

  it("opens a file inside it", async () => {
    const user = openWindow("maria", "#/records/care-json");
    await screen.findByTestId("section-documents", undefined, SLOW);
    await click(user, "part-open");
    expect(await screen.findByText(/come back in three months/, undefined, SLOW)).toBeVisible();
    expect(screen.getByText(/Kept elsewhere, not fetched/)).toBeVisible();
  });

  it("says what is wrong with a torn file, and it can still be saved", async () => {
    openWindow("maria", "#/records/torn-json");
    const problem = await screen.findByTestId("reading-problem", undefined, SLOW);
    expect(problem).toHaveTextContent("The file ends in the middle");
    expect(screen.getByTestId("record-save")).toBeVisible();
  });
});
