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
    file: "Dateien",
    titleLabel: "Titel",
    titlePlaceholder: "Zum Beispiel: Besuch am 3. März",
    text: "Notiz",
    collectionHint: "Der Patient kann es verschieben.",
    send: "Unterschreiben und senden",
    sent: "„{{title}}“ ist unterwegs zu {{name}}.",
    written: "Was Sie geschrieben haben",
    writtenEmpty: "Was Sie schreiben, erscheint hier, und ob der Patient es hat.",
    for: "für {{name}}",
    chooseFiles: "Dateien wählen",
    chooseFolder: "Ordner wählen",
    moreFiles:
      "Der Ordner enthält mehr Dateien. Das ist ein Teil davon; wählen Sie für den Rest kleinere Ordner.",
    aboutAnother: "Laut dieser Datei geht es um {{found}}, nicht um {{name}}.",
    files: "Gewählte Dateien",
    filesHint: "Eine oder viele: PDF, FHIR, HL7, Bilder oder andere Dateien. Alle gehen an die Person oben.",
    filesFor_one: "{{count}} Datei wird in Ihrem Namen signiert und geht an {{name}}.",
    filesFor_other: "{{count}} Dateien werden in Ihrem Namen signiert und gehen an {{name}}.",
    sendFiles_one: "{{count}} Datei signieren und senden",
    sendFiles_other: "{{count}} Dateien signieren und senden",
    titleOf: "Titel von {{name}}",
    collectionOf: "Sammlung von {{name}}",
    sendingFile: "{{name}} wird signiert und verschlossen",
    fileSigned: "Signiert; sie ist unterwegs.",
    fileCancelled: "Angehalten; nichts wurde gesendet.",
    stopFile: "{{name}} anhalten",
    removeFile: "{{name}} von der Liste nehmen",
    templateLabel: "Beginnen mit",
    templateNone: "Leere Notiz",
    templateKept: "Sie haben schon geschrieben; leeren Sie die Notiz, um mit einer anderen zu beginnen.",
    template: {
      visit: { title: "Besuch", text: "Anlass:\n\nBefund:\n\nBeurteilung:\n\nPlan:\n" },
      advice: {
        title: "Empfehlung",
        text: "Was ich empfehle:\n\nWorauf Sie achten sollten:\n\nKommen Sie wieder, wenn:\n\nNächster Termin:\n",
      },
      result: {
        title: "Zu Ihren Befunden",
        text: "Was untersucht wurde:\n\nWas es zeigt:\n\nWas daraus folgt:\n",
      },
      referral: {
        title: "Überweisung",
        text: "An:\n\nFragestellung:\n\nVorgeschichte und Befunde:\n\nAktuelle Medikamente:\n",
      },
      discharge: {
        title: "Entlassbrief",
        text: "Aufenthalt vom … bis …\n\nDiagnosen:\n\nBehandlung:\n\nMedikamente bei Entlassung:\n\nWeitere Behandlung:\n",
      },
    },
  },
};
