import type { records as en } from "../en/records";
import type { SameShape } from "../shape";

export const records: SameShape<typeof en> = {
  records: {
    title: "Meine Unterlagen",
    search: "In Titeln, Verfassern und Inhalten suchen",
    all: "Alle",
    empty:
      "Noch keine Unterlagen. Krankenhäuser legen neue hier ab; Sie können auch eigene Dokumente hinzufügen.",
    emptyFilter: "Nichts gefunden. Versuchen Sie ein anderes Wort oder eine andere Sammlung.",
    outOfRange_one: "{{count}} Wert außerhalb des Bereichs",
    outOfRange_other: "{{count}} Werte außerhalb des Bereichs",
    by: "{{name}}, {{hospital}}",
    checked: "Geprüft",
    pending: "Noch nicht bestätigt",
    failed: "Prüfung fehlgeschlagen",
    share: "Teilen",
    save: "Kopie speichern",
    saveTitle: "Kopie der Unterlage speichern",
    move: "Verschieben nach …",
    moveHint: "Wer die andere Sammlung lesen darf, kann sie dann lesen; wer diese lesen darf, nicht mehr.",
    moved: "Verschoben nach {{collection}}.",
    titleLabel: "Titel",
    collectionLabel: "Sammlung",
    size: "{{size}} · {{kind}}",
  },
};
