import type { access as en } from "../en/access";
import type { SameShape } from "../shape";

export const access: SameShape<typeof en> = {
  access: {
    title: "Wer hat gelesen",
    lead: "Jedes Mal, wenn jemand Ihre Unterlagen öffnet, melden es das Krankenhaus und der Leser. Hier wird beides verglichen.",
    empty: "Noch hat niemand Ihre Unterlagen geöffnet.",
    emptyFlagged: "Nichts braucht Ihre Aufmerksamkeit.",
    when: "Wann",
    who: "Wer",
    what: "Was",
    list: "Liste: {{what}}",
    refused: "Abgelehnt",
    both: "Beide Seiten melden es",
    waiting: "Die andere Seite hat es noch nicht gemeldet",
    onlyHospital: "Nur das Krankenhaus meldet dies",
    onlyReader: "Nur der Leser meldet dies",
    hospital: "Krankenhaus",
    receipt: "Beleg in Block",
    evidence: "Unterschrift des Lesers",
    show: "Einzelheiten zeigen",
    which: { label: "Welche", all: "Alle", opened: "Geöffnet", flagged: "Auffällig", refused: "Abgelehnt" },
    period: { all: "Jederzeit", week: "Letzte 7 Tage", month: "Letzter Monat", year: "Letztes Jahr" },
    search: "Namen und Unterlagen suchen",
    anybody: "Alle Personen",
    anything: "Alle Unterlagen",
    export: "Liste speichern",
    exportCsv: "Als Tabelle (CSV)",
    exportJson: "Mit den Belegen (JSON)",
    fileName: "wer-hat-gelesen",
    saved: "Die Liste wurde gespeichert.",
    shown: "{{shown}} von {{total}}",
    showMore: "Mehr zeigen",
    emptyFilter: "Nichts passt zu dem, was Sie suchen.",
    notTheReader: "Nicht vom Leser unterschrieben",
    means: {
      refused: "{{name}} hat danach gefragt, und {{hospital}} hat es nicht herausgegeben.",
      onlyHospital:
        "{{hospital}} sagt, {{name}} habe dies geöffnet, aber von {{name}} kam einen Tag lang keine Meldung. Vielleicht war der Computer aus, oder die Meldung wurde absichtlich weggelassen.",
      onlyReader:
        "{{name}} meldet, dies geöffnet zu haben, aber {{hospital}} hat es nicht aufgeschrieben. Vielleicht kommt das noch, oder die Aufzeichnung dort ist nicht vollständig.",
      notTheReader:
        "{{hospital}} sagt, {{name}} habe dies geöffnet, aber die Unterschrift ist nicht von {{name}}. Vielleicht hat jemand anderes die Erlaubnis benutzt, oder die Meldung ist falsch.",
    },
    todo: {
      refused: "Gelesen wurde nichts. Wenn Sie damit nicht gerechnet haben, fragen Sie {{name}}.",
      onlyHospital:
        "Fragen Sie {{name}} danach. Wenn die Antwort Sie nicht zufriedenstellt, beenden Sie den Zugriff.",
      onlyReader:
        "Fragen Sie {{hospital}}, warum es dort fehlt. Was {{name}} gemeldet hat, bleibt hier aufbewahrt.",
      notTheReader:
        "Beenden Sie den Zugriff, und zeigen Sie dies {{hospital}}: Speichern Sie die Liste mit den Belegen.",
    },
  },
};
