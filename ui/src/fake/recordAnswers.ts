import type { AppEvent } from "@/bindings/AppEvent";
import type { PersonView } from "@/bindings/PersonView";
import type { RecordKind } from "@/bindings/RecordKind";
import type { RecordRow } from "@/bindings/RecordRow";
import type { RecordView } from "@/bindings/RecordView";
import { sourceOf } from "@/components/timelineSource";
import { COLLECTIONS } from "@/features/records/collections";
import { CallError, type RequestOf, type ResponseOf } from "@/platform/host";
import { world } from "./host";
import { NORTH } from "./people";

/** What the made-up person wrote down, by record. */
const entries = new Map<string, RecordView["entry"]>();

export function entryOf(row: RecordRow): Pick<RecordView, "entry" | "versions"> {
  return {
    entry: entries.get(row.id) ?? null,
    versions: row.changed ? [{ id: `${row.id}-old`, title: row.title, added: row.added - 86_400_000 }] : [],
  };
}

const KINDS: RecordKind[] = ["clinical", "image", "text", "pdf", "file"];

/** The answers about one's own records: lists, files, entries. */
export function recordAnswers(me: () => PersonView, emit: (event: AppEvent) => void) {
  return {
    records_list(request: RequestOf<"records_list">): ResponseOf<"records_list"> {
      const all = [...world.records].sort((a, b) => b.date - a.date);
      const wanted = all.filter(
        (row) =>
          (!request.collection || row.collection === request.collection) &&
          (!request.kind || row.kind === request.kind) &&
          (!request.author || row.author.id === request.author) &&
          (!request.from || row.date >= request.from) &&
          (!request.to || row.date < request.to) &&
          (!request.unread || row.unread) &&
          (!request.own || row.selfReported) &&
          `${row.title} ${row.author.name} ${row.category}`
            .toLowerCase()
            .includes((request.text ?? "").toLowerCase()),
      );
      const offset = request.offset ?? 0;
      const authors = new Map(all.map((row) => [row.author.id, row.author]));
      return {
        records: wanted.slice(offset, offset + (request.limit ?? wanted.length)),
        total: wanted.length,
        years: sourceOf(wanted).years,
        collections: COLLECTIONS.map((one) => ({
          collection: one,
          count: all.filter((row) => row.collection === one).length,
        })),
        authors: [...authors.values()].map((author) => ({
          author,
          count: all.filter((row) => row.author.id === author.id).length,
        })),
        kinds: KINDS.map((kind) => ({ kind, count: all.filter((row) => row.kind === kind).length })).filter(
          ({ count }) => count > 0,
        ),
        unread: all.filter((row) => row.unread).length,
        reading: { left: world.profile?.id === "maria" && all.length > 1000 ? 312 : 0, paused: false },
      };
    },
    records_read_all(): ResponseOf<"records_read_all"> {
      for (const row of world.records) row.unread = false;
      emit({ type: "recordsChanged" });
      return {};
    },
    records_reading: (): ResponseOf<"records_reading"> => ({}),
    record_erase({ recordId }: RequestOf<"record_erase">): ResponseOf<"record_erase"> {
      world.records = world.records.filter((row) => row.id !== recordId);
      emit({ type: "recordsChanged" });
      return {};
    },
    entry_write({ body, at, collection, replaces }: RequestOf<"entry_write">): ResponseOf<"entry_write"> {
      const id = `e${world.records.length}`;
      const row: RecordRow = {
        id,
        title:
          body.kind === "note"
            ? body.title
            : body.kind === "other"
              ? body.name
              : "Blood pressure 128/82 mmHg",
        kind: "clinical",
        collection,
        category: null,
        date: at,
        added: at,
        author: me(),
        selfReported: true,
        size: 900,
        hospital: NORTH,
        trust: "pending",
        unread: false,
        outOfRange: null,
        changed: Boolean(replaces),
      };
      entries.set(id, { body, at, canChange: true });
      world.records = [row, ...world.records.filter((one) => one.id !== replaces)];
      emit({ type: "recordsChanged" });
      return row;
    },
    file_inspect({ path }: RequestOf<"file_inspect">): ResponseOf<"file_inspect"> {
      const name = path.split("/").at(-1) ?? path;
      if (name.startsWith("empty")) {
        throw new CallError({ code: "fileEmpty", message: "The file is empty.", detail: null });
      }
      const broken = name.includes("broken");
      const first = world.records[0];
      return {
        name,
        size: 5_400_000,
        kind: broken ? "image" : "pdf",
        title: broken ? name : "Letter from the eye doctor",
        date: null,
        collection: "general",
        damage: broken ? "the file ends in the middle of its picture" : null,
        duplicate: name.includes("again") && first ? { recordId: first.id, title: first.title } : null,
        patient: name.includes("brandt") ? "Brandt, Ole" : null,
      };
    },
    folder_list({ path }: RequestOf<"folder_list">): ResponseOf<"folder_list"> {
      return {
        paths: [`${path}/blood-count.json`, `${path}/brandt-ole.json`, `${path}/report.pdf`],
        more: false,
      };
    },
  };
}
