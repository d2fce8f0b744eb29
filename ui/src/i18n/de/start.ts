import type { start as en } from "../en/start";
import type { SameShape } from "../shape";

export const start: SameShape<typeof en> = {
  start: {
    title: "Wessen CareKey möchten Sie öffnen?",
    lead: "Jede Person hat ihr eigenes Fenster.",
    people: "Mit erfundenen Personen ausprobieren",
    own: "Auf diesem Computer",
    starting: "Das Beispielnetz startet. Das dauert einige Sekunden.",
    failed: "Das Netz konnte nicht gestartet werden.",
    offline:
      "Zurzeit ist kein Krankenhaus erreichbar. Was auf diesem Computer liegt, können Sie trotzdem öffnen.",
    openNew: "In neuem Fenster öffnen",
    isOpen: "Fenster offen",
    locked: "Gesperrt",
    create: "CareKey für mich einrichten",
    createHint: "Sie brauchen den Code vom Empfang Ihres Krankenhauses.",
    restore: "CareKey wiederherstellen",
    restoreHint: "Mit den 24 Wörtern, die Sie aufgeschrieben haben.",
    none: "Auf diesem Computer hat noch niemand CareKey eingerichtet.",
    more: "Mehr zu {{name}}",
    rename: "Umbenennen",
    renameTitle: "Wie soll diese Person hier heißen?",
    renameHint: "Nur auf diesem Computer. Krankenhäuser und Ärzte sehen den angemeldeten Namen.",
    remove: "Von diesem Computer entfernen",
    removeTitle: "{{name}} von diesem Computer entfernen?",
    removeText:
      "Der Schlüssel und alles, was CareKey hier für {{name}} aufbewahrt, werden gelöscht. Die Unterlagen bleiben in den Krankenhäusern. Nur die 24 Wörter oder eine Sicherungsdatei bringen {{name}} zurück.",
    removeSure: "Ich habe die 24 Wörter oder eine Sicherungsdatei",
    removeDo: "Entfernen",
  },
};
