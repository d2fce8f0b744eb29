import type { content as en } from "../en/content";
import type { SameShape } from "../shape";

export const content: SameShape<typeof en> = {
  content: {
    about: "Betrifft {{name}}",
    aboutBorn: "Betrifft {{name}}, geboren {{date}}",
    retracted: "Vom Verfasser zurückgezogen",
    negated: "Nicht genommen oder nicht gegeben",
    severalPatients: "Dieses Dokument vermischt mehrere Personen. Einträge über andere nennen deren Namen.",
    retractedEntries: "Einige Einträge wurden von ihren Verfassern zurückgezogen. Sie sind durchgestrichen.",
    modifierExtensions:
      "Dieses Dokument hat Teile, die seinen Sinn ändern können und die CareKey nicht versteht. Speichern Sie eine Kopie und prüfen Sie.",
    missingEntries: "Dieses Dokument nennt Einträge, die es nicht enthält.",
    nestedTooDeep:
      "Einige Teile dieses Dokuments liegen zu tief, um gezeigt zu werden. Speichern Sie eine Kopie, um alles zu sehen.",
    results: "Befunde",
    value: "Wert",
    range: "Referenzbereich",
    when: "Gemessen",
    trend: "Verlauf",
    showTrend: "Verlauf von {{name}} zeigen",
    since: "seit {{date}}",
    fromTo: "{{from}} bis {{to}}",
    alert: "Wichtig",
    normal: "im Bereich",
    low: "niedrig",
    high: "hoch",
    criticalLow: "sehr niedrig",
    criticalHigh: "sehr hoch",
    abnormal: "auffällig",
    unknown: "",
    upTo: "bis {{high}}",
    from: "ab {{low}}",
    noSections:
      "Dieses Dokument hat keine Teile, die gezeigt werden können. Sie können eine Kopie speichern.",
    truncated: "Nur der Anfang wird gezeigt. Speichern Sie eine Kopie, um alles zu lesen.",
    emptyText: "Dieses Dokument ist leer.",
    fileOnly:
      "CareKey kann diese Art Datei nicht zeigen. Der Inhalt ist vollständig und unverändert; speichern Sie eine Kopie und öffnen Sie sie mit einem anderen Programm.",
    withheldTitle: "Diese Unterlage wird nicht gezeigt",
    withheld:
      "Eine Prüfung ist fehlgeschlagen, der Inhalt ist also vielleicht nicht, was der Verfasser geschrieben hat. Nichts wurde geöffnet. Sagen Sie es dem Krankenhaus, das sie aufbewahrt; unten steht, welche Prüfung es war.",
    chart: "{{name}} in {{unit}}, {{count}} Werte",
    rangeBand: "Referenzbereich",
    table: "Die Werte als Tabelle",
  },
};
