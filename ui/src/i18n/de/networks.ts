import type { networks as en } from "../en/networks";
import type { SameShape } from "../shape";

export const networks: SameShape<typeof en> = {
  networks: {
    title: "Ihre Krankenhäuser",
    lead: "Krankenhäuser, die zusammenarbeiten, bewahren Ihre Unterlagen auf. Der Empfang Ihres Krankenhauses gibt Ihnen eine Einladung.",
    choose: "Mit welchen Krankenhäusern?",
    sample: "Erfundene Krankenhäuser zum Ausprobieren",
    sampleHint: "Nichts davon ist echt, und nichts verlässt diesen Computer.",
    notYet:
      "Sie sind den Krankenhäusern Ihrer Gegend noch nicht beigetreten. Halten Sie die Einladung vom Empfang bereit.",
    join: "Ich habe eine Einladung",
    joinTitle: "Mit einer Einladung beitreten",
    byText: "Text",
    byPicture: "Bild",
    byFile: "Datei",
    paste: "Fügen Sie den Text der Einladung ein",
    pasteHint: "Er beginnt mit „carenet1.“",
    file: "Datei wählen",
    fileHint: "Eine Datei mit dem Namen network.json, von Ihrem Krankenhaus.",
    read: "Lesen",
    found: "Diese Einladung führt zu",
    hospitals_one: "{{count}} Krankenhaus: {{names}}",
    hospitals_other: "{{count}} Krankenhäuser: {{names}}",
    check: "Sind das Ihre Krankenhäuser? Wenn nicht, gehen Sie zurück und fragen Sie den Empfang.",
    known: "Diesen Krankenhäusern sind Sie schon beigetreten.",
    confirm: "Beitreten",
    trySample: "Mit erfundenen Personen ausprobieren",
  },
};
