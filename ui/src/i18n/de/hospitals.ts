import type { hospitals as en } from "../en/hospitals";
import type { SameShape } from "../shape";

export const hospitals: SameShape<typeof en> = {
  hospitals: {
    agrees: "stimmt überein.",
    unknown: "wurde noch nicht gefragt.",
    silent: "antwortet nicht seit {{since}}.",
    behind: "ist zurück seit {{since}}. Vielleicht holt es gerade auf.",
    untrusted:
      "zeigte etwas, das nicht passt. Verlassen Sie sich nicht darauf und sagen Sie es der Gesundheitsbehörde.",
    noticed: {
      equivocation: "Zeigte einen anderen Verlauf",
      signedTwice: "Unterschrieb zwei verschiedene Verläufe",
      forgedHead: "Zeigte einen Stand, den zu wenige Krankenhäuser unterschrieben haben",
      wrongProof: "Gab Antworten, die nicht stimmen",
      hiddenRegistry: "Ließ aus, welche Krankenhäuser oder Ausweise zurückgezogen wurden",
      withheld: "Gab nicht heraus, was es angekündigt hatte",
      stale: "Blieb lange zurück, obwohl es antwortete",
    },
    times_one: "einmal, {{time}}",
    times_other: "{{count}}-mal, zuletzt {{time}}",
    anotherHistory: "{{hospital}} zeigte einen anderen Verlauf",
    keeps_one: "Ihre App bleibt bei dem, den ein Krankenhaus zuerst unterschrieben hat.",
    keeps_other: "Ihre App bleibt bei dem, den {{count}} Krankenhäuser unterschrieben haben.",
    wrongAnswer: "{{hospital}} gab eine Antwort, die nicht stimmt",
    leftAside:
      "Ihre App hat sie beiseitegelegt und fragt die anderen Krankenhäuser. Was Sie hier sehen, ist geprüft.",
    tell: "Speichern Sie den Beweis und geben Sie ihn der Gesundheitsbehörde.",
    saveProof: "Beweis speichern",
    proofSaved: "Der Beweis wurde gespeichert.",
    hide: "Ausblenden",
    offline: "Sie sind offline",
    offlineStill:
      "Alles, was schon geöffnet war, lässt sich weiter lesen. Was Sie ändern, bleibt auf diesem Computer und wird gesendet, sobald Sie online sind.",
    offlinePending_one: "Eine Änderung wird gesendet, sobald Sie online sind.",
    offlinePending_other: "{{count}} Änderungen werden gesendet, sobald Sie online sind.",
    offlineSince: "Zuletzt aktualisiert {{time}}",
    paused: "Das Netz pausiert",
    pausedFew:
      "Weniger als zwei Drittel der Krankenhäuser antworten. Was Sie jetzt tun, wird hier gespeichert und später gesendet.",
    pausedStill:
      "Krankenhäuser antworten, aber nichts wird bestätigt. Was Sie jetzt tun, wird hier gespeichert und später gesendet.",
  },
};
