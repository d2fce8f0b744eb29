import type { shared as en } from "../en/shared";
import type { SameShape } from "../shape";

export const shared: SameShape<typeof en> = {
  shared: {
    searchPatients: "Nach Namen suchen",
    searchFamily: "Nach Namen suchen",
    nobodyNamed: "Niemand mit dem Namen „{{name}}“ teilt Unterlagen mit Ihnen.",
    titlePatients: "Patienten",
    titleFamily: "Mit mir geteilt",
    leadPatients: "Personen, die ihre Unterlagen mit Ihnen teilen.",
    leadFamily: "Was Angehörige und Freunde Sie sehen lassen.",
    emptyPatients:
      "Noch teilt niemand Unterlagen mit Ihnen. Patienten finden Sie im Verzeichnis Ihres Krankenhauses.",
    emptyFamily:
      "Noch teilt niemand Unterlagen mit Ihnen. Geben Sie Angehörigen, die das möchten, Ihre Kontaktkarte.",
    new_one: "{{count}} neu",
    new_other: "{{count}} neu",
    count_one: "{{count}} Unterlage",
    count_other: "{{count}} Unterlagen",
    ended: "Beendet",
    stopped: "Vom Patienten beendet",
    expired: "Abgelaufen",
    notYet: "Beginnt später",
    frame: "Sie sehen die Unterlagen von {{name}}",
    gone: "{{name}} teilt keine Unterlagen mehr mit Ihnen. Was Sie vorher gelesen haben, bleibt Ihnen, soweit Ihre Sorgfaltspflicht es verlangt; hier lässt sich nichts mehr öffnen.",
    missing: "{{hospitals}} ist nicht erreichbar. Unterlagen von dort fehlen unten.",
    emptyRecords: "In dem, was {{name}} mit Ihnen teilt, liegt noch nichts.",
    write: "Für {{name}} schreiben",
    openedRecorded: "Jede Unterlage, die Sie öffnen, wird dem Patienten gemeldet.",
    switch: "Jemand anderes",
  },
};
