import type { access as en } from "../en/access";
import type { SameShape } from "../shape";

export const access: SameShape<typeof en> = {
  access: {
    title: "Wer hat gelesen",
    lead: "Jedes Mal, wenn jemand Ihre Unterlagen öffnet, melden es das Krankenhaus und der Leser. Hier wird beides verglichen.",
    onlyFlagged: "Nur was Aufmerksamkeit braucht",
    empty: "Noch hat niemand Ihre Unterlagen geöffnet.",
    emptyFlagged: "Nichts braucht Ihre Aufmerksamkeit.",
    when: "Wann",
    who: "Wer",
    what: "Was",
    list: "Liste: {{collection}}",
    refused: "Abgelehnt",
    refusedHint: "{{name}} hat danach gefragt, und das Krankenhaus hat es nicht herausgegeben.",
    both: "Beide Seiten melden es",
    waiting: "Die andere Seite hat es noch nicht gemeldet",
    onlyHospital: "Nur das Krankenhaus meldet dies",
    onlyHospitalHint:
      "{{hospital}} sagt, {{name}} habe dies gelesen, aber deren Programm hat es nicht gemeldet. Fragen Sie {{name}}, oder beenden Sie den Zugriff.",
    onlyReader: "Nur der Leser meldet dies",
    onlyReaderHint:
      "{{name}} meldet, dies gelesen zu haben, {{hospital}} aber nicht. Fragen Sie das Krankenhaus, warum.",
    hospital: "Krankenhaus",
    receipt: "Beleg in Block",
    evidence: "Unterschrift des Lesers",
    show: "Einzelheiten zeigen",
  },
};
