import type { Collection } from "@/bindings/Collection";
import type { ErrorView } from "@/bindings/ErrorView";
import type { FileInspection } from "@/bindings/FileInspection";

/** A file that is to be signed and sent. */
export interface Draft {
  path: string;
  name: string;
  /** What was found in it; null until it was looked at, or if that failed. */
  found: FileInspection | null;
  title: string;
  collection: Collection;
  stage:
    | { at: "looking" }
    | { at: "ready" }
    | { at: "sending"; taskId: string }
    | { at: "refused"; error: ErrorView };
}

export function draftOf(path: string): Draft {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  return { path, name, found: null, title: name, collection: "general", stage: { at: "looking" } };
}

export function looked(draft: Draft, found: FileInspection): Draft {
  return { ...draft, found, title: found.title, collection: found.collection, stage: { at: "ready" } };
}

/** New files only: one that is in the list already is not sent twice. */
export function withFiles(drafts: Draft[], paths: string[]): Draft[] {
  const known = new Set(drafts.map((draft) => draft.path));
  return [...drafts, ...paths.filter((path) => !known.has(path)).map(draftOf)];
}

/** Whether the file says that it is about somebody else: names are compared word by word, in any order. */
export function isAboutAnother(draft: Draft, name: string): boolean {
  const words = (text: string): string[] => text.toLocaleLowerCase().match(/\p{L}{2,}/gu) ?? [];
  const found = words(draft.found?.patient ?? "");
  const wanted = words(name);
  const some = found.length > 0 && wanted.length > 0;
  return (
    some && !found.every((word) => wanted.includes(word)) && !wanted.every((word) => found.includes(word))
  );
}

export function isReady(draft: Draft): boolean {
  return draft.stage.at === "ready" && draft.title.trim() !== "";
}
