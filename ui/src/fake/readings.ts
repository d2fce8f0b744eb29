import type { RecordContent } from "@/bindings/RecordContent";

/** What the program reads from its own made-up documents; written by a test of crates/api. */
const read = import.meta.glob<RecordContent>("./readings/*.json", { eager: true, import: "default" });

/** Titles and categories of the made-up documents, by the name of their file. */
const TITLES: Record<string, [string, string]> = {
  "summary-json": ["Summary for the journey to Lisbon", "Health record"],
  "laboratory-json": ["Blood chemistry and blood count", "Laboratory report"],
  "care-json": ["Plan, requests and letters", "Health record"],
  "discharge-xml": ["Discharge letter: hip replacement", "Document"],
  "results-hl7": ["Results of North General", "Hospital message"],
  "messages-hl7": ["Admission, appointment, vaccination", "Hospital message"],
  "export-xml": ["Apple Health", "Device readings"],
  "glucose-csv": ["Glucose in October", "Device readings"],
  "torn-json": ["Laboratory results, torn", "Document"],
};

export const readings = Object.entries(read).map(([path, content]) => {
  const id = path.replace(/^.*\//, "").replace(/\.json$/, "");
  const [title, category] = TITLES[id] ?? [id, "Document"];
  return { id, title, category, content };
});
