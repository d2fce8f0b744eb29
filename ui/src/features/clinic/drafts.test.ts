import { expect, it } from "vitest";
import { draftOf, isAboutAnother, isReady, looked, withFiles } from "./drafts";

const found = {
  name: "lab.pdf",
  size: 10,
  kind: "pdf",
  title: "Blood count",
  date: null,
  collection: "laboratory",
  damage: null,
  duplicate: null,
  patient: null,
} as const;

it("a file chosen twice is in the list once", () => {
  const once = withFiles([], ["/a/lab.pdf", "/a/ecg.pdf"]);
  expect(withFiles(once, ["/a/ecg.pdf", "/b/lab.pdf"]).map((one) => one.path)).toEqual([
    "/a/lab.pdf",
    "/a/ecg.pdf",
    "/b/lab.pdf",
  ]);
});

it("a file about somebody else is known by the name in it, however it is written", () => {
  const about = (patient: string | null) => looked(draftOf("/a"), { ...found, patient });
  expect(isAboutAnother(about("KELLER, MARIA"), "Maria Keller")).toBe(false);
  expect(isAboutAnother(about("Maria A. Keller"), "Maria Keller")).toBe(false);
  expect(isAboutAnother(about("Keller, Jonas"), "Maria Keller")).toBe(true);
  expect(isAboutAnother(about(null), "Maria Keller")).toBe(false);
  expect(isAboutAnother(about("Maria Keller"), "")).toBe(false);
});

it("a file is ready once it was looked at and has a title", () => {
  const draft = draftOf("C:\\results\\lab.pdf");
  expect(draft.name).toBe("lab.pdf");
  expect(isReady(draft)).toBe(false);
  const ready = looked(draft, found);
  expect(isReady(ready)).toBe(true);
  expect(ready.collection).toBe("laboratory");
  expect(isReady({ ...ready, title: "  " })).toBe(false);
});
