import type { people as en } from "../en/people";
import type { SameShape } from "../shape";

export const people: SameShape<typeof en> = {
  people: {
    share: "Mit {{name}} teilen",
    canSee: "Was {{name}} sehen kann",
    looked: "Was {{name}} wann geöffnet hat",
    lookedEmpty: "{{name}} hat nichts von Ihnen geöffnet.",
    allLooks: "Alle {{count}}",
    sharesWithMe: "Sehen, was {{name}} mit Ihnen teilt",
    rename: "Namen geben",
    renameAgain: "Namen ändern",
    renameTitle: "Wie nennen Sie {{name}}?",
    nickname: "Ihr Name dafür",
    nicknameHint: "Zum Beispiel Mama oder Herzarzt. Nur Sie sehen ihn.",
    save: "Speichern",
    remove: "Entfernen",
    removeTitle: "{{name}} aus Ihren Personen entfernen?",
    removeLead:
      "{{name}} kann keine Ihrer Unterlagen sehen. Um wieder etwas zu teilen, brauchen Sie die Kontaktkarte.",
    removeReads:
      "{{name}} kann weiter lesen, was Sie geteilt haben. Das Entfernen beendet es nicht: Beenden Sie zuerst den Zugriff, wenn er enden soll.",
    reminders: "Erinnern, bevor eine Erlaubnis endet",
    remindersHint: "Es steht dann auf der ersten Seite, und Sie bekommen einmal eine Nachricht.",
    days_one: "Einen Tag vorher",
    days_other: "{{count}} Tage vorher",
    never: "Nie",
  },
};
