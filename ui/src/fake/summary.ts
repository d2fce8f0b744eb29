import type { ClinicalItem } from "@/bindings/ClinicalItem";
import type { SectionKind } from "@/bindings/SectionKind";
import type { SummarySection } from "@/bindings/SummarySection";
import type { SummaryView } from "@/bindings/SummaryView";
import { contentOf, NOW } from "./records";

const plain: ClinicalItem = {
  title: "",
  detail: null,
  dosages: [],
  facts: [],
  text: [],
  grid: null,
  parts: [],
  status: null,
  start: null,
  end: null,
  code: null,
  alert: false,
  negated: false,
  retracted: false,
  about: null,
};

function section(kind: SectionKind, items: Partial<ClinicalItem>[], past = false): SummarySection {
  return {
    past,
    section: {
      kind,
      title: null,
      level: 0,
      text: [],
      items: items.map((item) => ({ ...plain, ...item })),
      results: [],
      charts: [],
    },
    sources: items.map((_item, index) => index % 2),
  };
}

function latest(): SummarySection[] {
  const content = contentOf("a1");
  const sections = content.kind === "clinical" ? content.sections : [];
  return sections
    .filter((one) => one.results.length > 0)
    .map((one) => ({
      past: false,
      section: { ...one, items: [], results: one.results.map((result) => ({ ...result, history: [] })) },
      sources: one.results.map(() => 0),
    }));
}

/** A made-up summary, as the program would make it from Maria's documents. */
export function summaryOf(name: string): SummaryView {
  return {
    made: NOW,
    name,
    birthDate: "1955-05-03",
    sections: [
      section("problems", [
        { title: "Essential hypertension", status: "active", start: "2014", code: "SNOMED CT 59621000" },
        { title: "Atrial fibrillation", status: "active", start: "2025-11-04" },
      ]),
      section("medication", [
        { title: "Apixaban 5 mg", detail: "1 tablet, 2 times a day", start: "2025-11-06", status: "active" },
        {
          title: "Metoprolol 47.5 mg",
          detail: "1 tablet in the morning",
          start: "2019-02",
          status: "active",
        },
      ]),
      section("allergies", [
        { title: "Penicillin", detail: "Rash, breathlessness", start: "1983", alert: true },
      ]),
      ...latest(),
      section("medication", [{ title: "Ramipril 5 mg", start: "2014-06", end: "2018-12" }], true),
    ],
    sources: [
      { recordId: "a1", title: "Laboratory report", author: "Dr Okafor" },
      { recordId: "a5", title: "Discharge letter", author: "Dr Haddad" },
    ],
    unread: ["Scan of an old letter"],
  };
}
