import type { ledger as en } from "../en/ledger";
import type { SameShape } from "../shape";

export const ledger: SameShape<typeof en> = {
  ledger: {
    upToDate_one: "Mit dem einzigen Krankenhaus geprüft, {{time}}",
    upToDate_other: "Mit {{agreeing}} von {{count}} Krankenhäusern geprüft, {{time}}",
    justNow: "gerade eben",
    compared: "{{checked}}. Jedes wird für sich gefragt, und was sie zeigen, muss dasselbe sein.",
    alone:
      "{{checked}}. Bei nur einem Krankenhaus lässt sich nichts vergleichen: Dieser Computer bemerkt falsche Antworten, aber nicht alles, was zurückgehalten wird.",
    paused: "Das Netz pausiert. Was Sie tun, bleibt hier und wird später gesendet.",
    catchingUp: "Wird auf den neuesten Stand gebracht",
    offline: "Kein Krankenhaus ist erreichbar. Was Sie tun, bleibt hier und wird später gesendet.",
    untrusted: "Kein Krankenhaus gibt eine Antwort, die stimmt. Sie sehen den letzten guten Stand.",
    pending_one: "Eine Änderung wartet auf Bestätigung",
    pending_other: "{{count}} Änderungen warten auf Bestätigung",
    title: "Stand des Registers",
    lead: "Krankenhäuser führen ein gemeinsames Register. Es enthält nichts Medizinisches, nur versiegelte Fingerabdrücke, Erlaubnisse und Belege. Dieser Computer prüft es selbst.",
    network: "Netz",
    networkId: "Kennung des Netzes",
    height: "Neuester Block",
    scanned: "Durchsucht bis Block",
    head: "Hash des neuesten Blocks",
    at: "Zeit des neuesten Blocks",
    signedBy: "Unterschrieben von",
    lastContact: "Letzter Kontakt",
    pendingLabel: "Noch nicht bestätigte Änderungen",
    hospitals: "Krankenhäuser",
    none: "keine",
  },
};
