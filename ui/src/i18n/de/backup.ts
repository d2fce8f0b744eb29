import type { backup as en } from "../en/backup";
import type { SameShape } from "../shape";

export const backup: SameShape<typeof en> = {
  backup: {
    title: "Sicherungsdatei",
    lead: "Eine Datei mit allem, was CareKey auf diesem Computer aufbewahrt, und Ihrem Schlüssel. Bewahren Sie sie woanders auf: auf einem Stick oder einem anderen Computer. Nur ihr Kennwort öffnet sie.",
    last: "Zuletzt gesichert: {{at}}",
    never: "Es wurde noch keine Sicherung gespeichert.",
    save: "Sicherung speichern",
    passphraseHint:
      "Wählen Sie ein neues Kennwort für die Datei. Wer die Datei findet, kann beliebig oft raten; machen Sie es also lang.",
    choosePlace: "Speicherort wählen",
    fileName: "CareKey-Sicherung von {{name}}.carekey",
    restoreTitle: "CareKey aus einer Sicherungsdatei zurückbringen",
    restoreLead: "Wählen Sie die Datei und geben Sie das Kennwort ein, das Sie ihr gegeben haben.",
    choose: "Sicherungsdatei wählen",
    chosen: "Gewählt: {{name}}",
    filePassphrase: "Kennwort der Datei",
    start: "Zurückbringen",
  },
};
