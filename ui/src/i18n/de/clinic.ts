import type { clinic as en } from "../en/clinic";
import type { SameShape } from "../shape";

export const clinic: SameShape<typeof en> = {
  clinic: {
    title: "Für einen Patienten schreiben",
    lead: "Es wird in Ihrem Namen unterschrieben und kommt in die Unterlagen des Patienten.",
    patient: "Patient",
    patientPlaceholder: "Name des Patienten",
    patientNone: "Kein Patient gefunden.",
    form: "Was",
    note: "Eine Notiz",
    file: "Eine Datei",
    titleLabel: "Titel",
    titlePlaceholder: "Zum Beispiel: Besuch am 3. März",
    text: "Notiz",
    choose: "Datei wählen",
    chosen: "Gewählt: {{name}}",
    collection: "Sammlung",
    collectionHint: "Der Patient kann es verschieben.",
    send: "Unterschreiben und senden",
    sent: "„{{title}}“ ist unterwegs zu {{name}}.",
    written: "Was Sie geschrieben haben",
    writtenEmpty: "Was Sie schreiben, erscheint hier, und ob der Patient es hat.",
    for: "für {{name}}",
  },
};
