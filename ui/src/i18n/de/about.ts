import type { about as english } from "../en/about";
import type { SameShape } from "../shape";

export const about: SameShape<typeof english> = {
  about: {
    lead: "CareKey hält Ihre Gesundheitsunterlagen unter Ihrem eigenen Schlüssel. Krankenhäuser bewahren sie versiegelt auf; wer sie liest, entscheiden nur Sie.",
    version: "Version",
    system: "System",
    dataFolder: "Wo dieser Computer seine Daten aufbewahrt",
    dataHint:
      "Ihre Unterlagen und Schlüssel liegen darin verschlüsselt. Den Ordner zu löschen löscht nicht, was die Krankenhäuser für Sie aufbewahren.",
    licence: "CareKey ist freie Software unter der Apache-Lizenz 2.0.",
    licences: "Wessen Arbeit darin steckt",
    thanks: "CareKey baut auf {{count}} Teilen auf, die andere geschrieben haben und teilen. Danke.",
    search: "Name oder Lizenz",
    noList: "Die Liste entsteht, wenn CareKey gebaut wird; hier fehlt sie.",
    noText: "Es bringt keinen eigenen Text mit; seine Lizenz steht oben.",
    copy: "Angaben für Hilfe kopieren",
    copyHint: "Nur Versionen und Größen: keine Namen, keine Unterlagen, keine Kennung von Ihnen.",
  },
};
