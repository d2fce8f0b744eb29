import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { host, world } from "@/fake/host";
import { maria } from "@/fake/people";
import { click, openWindow } from "@/test/window";

const SLOW = { timeout: 5000 };

it("a laboratory sends many files to one patient, one of them under another title", async () => {
  const user = openWindow("haddad", `#/write?patient=${maria.id}`);
  await user.click(await screen.findByText("Files", undefined, SLOW));
  await click(user, "write-choose");
  const rows = await screen.findAllByTestId("write-file", undefined, SLOW);
  expect(rows).toHaveLength(2);
  const first = within(rows[0] as HTMLElement).getByRole("textbox", { name: /Title/ });
  await user.clear(first);
  await user.click(first);
  await user.paste("Blood count, May");
  await click(user, "write-send");
  await waitFor(() => expect(screen.getAllByText("Signed; it is on its way.")).toHaveLength(2), SLOW);
  expect(world.written.map((row) => row.title)).toContain("Blood count, May");
}, 20_000);

it("a folder is taken in, and a file about somebody else is pointed out", async () => {
  const user = openWindow("haddad", `#/write?patient=${maria.id}`);
  await user.click(await screen.findByText("Files", undefined, SLOW));
  await click(user, "write-choose-folder");
  expect(await screen.findAllByTestId("write-file", undefined, SLOW)).toHaveLength(3);
  const warning = await screen.findByTestId("write-another", undefined, SLOW);
  expect(warning).toHaveTextContent("about Brandt, Ole, not Maria Keller");
});

it("a file that cannot be read is named, and the others go", async () => {
  const inspect = host.call;
  host.call = (name, request) => {
    if (name === "file_inspect" && JSON.stringify(request).includes("report.pdf")) {
      return Promise.reject({ code: "fileUnreadable", message: "cannot be read", detail: null });
    }
    return inspect(name, request);
  };
  const user = openWindow("haddad", `#/write?patient=${maria.id}`);
  await user.click(await screen.findByText("Files", undefined, SLOW));
  await click(user, "write-choose");
  expect(await screen.findByText("Sign and send 1 file", undefined, SLOW)).toBeEnabled();
  expect(screen.getByRole("alert")).toBeInTheDocument();
  host.call = inspect;
});

it("a template never replaces what was written by hand", async () => {
  const user = openWindow("haddad", "#/write");
  await click(user, "write-template");
  await user.click(await screen.findByRole("option", { name: "Referral" }, SLOW));
  const text = screen.getByTestId("write-text");
  expect(text).toHaveValue("To:\n\nQuestion:\n\nHistory and findings:\n\nCurrent medication:\n");
  await user.type(text, "none");
  expect(screen.getByTestId("write-template")).toBeDisabled();
});
