import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/app/App";
import { openAs } from "@/fake/host";

/** Opens the window as this person, on this page. */
export function openWindow(as?: string, route = "#/") {
  if (as) openAs(as);
  window.location.hash = route;
  const user = userEvent.setup();
  render(<App />);
  return user;
}

/** Clicks the thing with this test id, once it is there. */
export async function click(user: ReturnType<typeof userEvent.setup>, testId: string) {
  await user.click(await screen.findByTestId(testId, undefined, { timeout: 5000 }));
}
