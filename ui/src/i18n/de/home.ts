import type { home as en } from "../en/home";
import type { SameShape } from "../shape";

export const home: SameShape<typeof en> = {
  home: {
    hello: "Guten Tag, {{name}}",
    new: "Was ist neu",
    newEmpty: "Neue Dokumente und Befunde erscheinen hier, sobald ein Krankenhaus sie geschrieben hat.",
    allRecords_one: "Die eine Unterlage",
    allRecords_other: "Alle {{count}} Unterlagen",
    who: "Wer meine Unterlagen sehen kann",
    whoEmpty: "Nur Sie. Wenn Sie einen Arzt oder Angehörige etwas lesen lassen, erscheinen sie hier.",
    allPeople: "Alle Personen",
    looked: "Wer hat gelesen",
    lookedEmpty: "Niemand hat Ihre Unterlagen geöffnet. Jedes Mal, wenn es jemand tut, steht es hier.",
    allActivity: "Alles",
    attention_one: "Ein Zugriff braucht Ihre Aufmerksamkeit",
    attention_other: "{{count}} Zugriffe brauchen Ihre Aufmerksamkeit",
    look: "Ansehen",
    share: "Unterlagen teilen",
    sharing_one: "Eine Person teilt Unterlagen mit Ihnen",
    sharing_other: "{{count}} Personen teilen Unterlagen mit Ihnen",
  },
};
