import type { summary as en } from "../en/summary";
import type { SameShape } from "../shape";

export const summary: SameShape<typeof en> = {
  summary: {
    title: "Gesundheitsübersicht",
    lead: "Das Wichtigste aus allen Ihren Dokumenten auf einer Seite.",
    open: "Gesundheitsübersicht",
    reading: "Dokument {{done}} von {{total}} wird gelesen",
    cancelled: "Die Übersicht wurde nicht fertiggestellt. Ihre Dokumente sind davon nicht betroffen.",
    make: "Übersicht erstellen",
    outdated: "Seit diese Übersicht erstellt wurde, kamen Dokumente hinzu oder wurden entfernt.",
    again: "Neu erstellen",
    made_one: "Erstellt am {{date}} aus {{count}} Dokument.",
    made_other: "Erstellt am {{date}} aus {{count}} Dokumenten.",
    caution:
      "CareKey hat sie zusammengestellt; niemand hat sie als Ganzes geprüft. Wo Dokumente sich unterscheiden, gilt das neueste.",
    unread_one: "{{count}} Dokument war nicht lesbar und fehlt hier: {{titles}}",
    unread_other: "{{count}} Dokumente waren nicht lesbar und fehlen hier: {{titles}}",
    empty:
      "Ihre Dokumente enthalten keine lesbaren Diagnosen, Medikamente, Allergien oder Befunde. Sobald eines welche enthält, stehen sie hier.",
    pastProblems: "Frühere Diagnosen",
    pastMedication: "Frühere Medikamente",
    from: "{{author}},",
    savePdf: "Zum Drucken sichern",
    saveIps: "Für ein anderes Krankenhaus sichern",
    file: "Gesundheitsübersicht",
    saved: "Gesichert als {{file}}.",
  },
};
