import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { NewsView } from "@/bindings/NewsView";
import { desk } from "@/fake/desktop";
import { emit, world } from "@/fake/host";
import { i18next } from "@/i18n";
import { click, openWindow } from "@/test/window";
import { tell } from "./words";

const SLOW = { timeout: 5000 };
const record = (person: string, title: string): NewsView => ({ kind: "record", person, title });
const patient = { clinician: false, hideNames: false };

describe("what is said about news", () => {
  const t = i18next.t;

  it("names who and what when there is one", () => {
    expect(tell(t, [record("Dr Okafor", "Blood test")], patient)).toEqual([
      { sentence: "Dr Okafor added “Blood test” to your records", place: "/records" },
    ]);
  });

  it("counts when there are many", () => {
    const thirty = Array.from({ length: 30 }, (_, n) => record("Dr Okafor", `Letter ${n}`));
    expect(tell(t, thirty, patient).map(({ sentence }) => sentence)).toEqual([
      "30 new documents are in your records",
    ]);
  });

  it("leaves names and titles out where they are to be hidden", () => {
    const [told] = tell(t, [record("Dr Okafor", "HIV test")], { ...patient, hideNames: true });
    expect(told?.sentence).toBe("A new document is in your records");
  });

  it("puts the gravest first, and is brief when there is too much", () => {
    const share: NewsView = { kind: "share", person: "Jonas", title: null };
    const flagged: NewsView = { kind: "flagged", person: null, title: null };
    expect(tell(t, [share, flagged], patient).map(({ place }) => place)).toEqual(["/activity", "/shared"]);
    const advice: NewsView = { kind: "advice", person: null, title: null };
    expect(tell(t, [share, flagged, advice, record("a", "b")], patient)).toEqual([
      { sentence: "4 new things for you", place: "/" },
    ]);
  });
});

describe("news that come", () => {
  it("are a line in the window that leads to the place", async () => {
    const user = openWindow("maria");
    await screen.findByTestId("nav-records", undefined, SLOW);
    emit({ type: "news", news: record("Dr Okafor", "Blood test") });
    expect(
      await screen.findByText("Dr Okafor added “Blood test” to your records", undefined, SLOW),
    ).toBeVisible();
    await click(user, "news-show");
    await waitFor(() => expect(window.location.hash).toContain("/records"));
    expect(desk.notified, "the person was looking").toEqual([]);
  });

  it("are told through the system while the person looks elsewhere, without names if they wish so", async () => {
    world.settings = { ...world.settings, hideNames: true };
    openWindow("maria");
    await screen.findByTestId("nav-records", undefined, SLOW);
    desk.away = true;
    emit({ type: "news", news: record("Dr Okafor", "HIV test") });
    await waitFor(() => expect(desk.notified).toHaveLength(1), SLOW);
    expect(desk.notified[0]).toEqual({
      title: "A new document is in your records",
      body: "Open CareKey to see it.",
      place: "/records",
    });
    await waitFor(() => expect(desk.news).toBe("1 new"), SLOW);
  });

  it("stay in the window when the person wants no notifications", async () => {
    world.settings = { ...world.settings, notifications: false };
    openWindow("maria");
    await screen.findByTestId("nav-records", undefined, SLOW);
    desk.away = true;
    emit({ type: "news", news: record("Dr Okafor", "Letter") });
    expect(await screen.findByTestId("news", undefined, SLOW)).toBeVisible();
    expect(desk.notified).toEqual([]);
  });
});

describe("a link that was opened elsewhere", () => {
  it("adds nobody before the person says so", async () => {
    desk.link = "carekey:contact?card=carecard1qqqq";
    world.contacts = [];
    const user = openWindow("maria");
    expect(await screen.findByText(/This is the contact card of Lena Weber/, undefined, SLOW)).toBeVisible();
    expect(world.contacts).toHaveLength(0);
    await click(user, "link-confirm");
    expect(await screen.findByTestId("contact-added", undefined, SLOW)).toBeVisible();
    expect(world.contacts).toHaveLength(1);
  });

  it("says so when it is not understood", async () => {
    openWindow("maria");
    await screen.findByTestId("nav-records", undefined, SLOW);
    desk.link = "carekey:format?disk=all";
    desk.say({ type: "link" });
    expect(await screen.findByText("CareKey does not know this link.", undefined, SLOW)).toBeVisible();
  });
});

describe("the choices about news", () => {
  it("say that there is no place for an icon, and offer nothing that needs one", async () => {
    desk.tray = false;
    openWindow("maria", "#/settings?section=notifications");
    expect(await screen.findByTestId("settings-no-tray", undefined, SLOW)).toBeVisible();
    expect(screen.getByTestId("settings-keepRunning")).toBeDisabled();
  });

  it("are kept", async () => {
    const user = openWindow("maria", "#/settings?section=notifications");
    await click(user, "settings-keepRunning");
    await waitFor(() => expect(world.settings.keepRunning).toBe(true), SLOW);
  });
});
