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
    more: "Mehr über das Netz, und alles jetzt prüfen",
    figures: "Zahlen",
    verifyNow: "Alle meine Unterlagen jetzt prüfen",
    verifyHint:
      "Der Nachweis jeder Unterlage wird neu geholt und auf diesem Computer gegen den neuesten Block geprüft, den die Krankenhäuser unterschrieben haben.",
    verifiedGood_one: "Der Nachweis Ihrer einen Unterlage stimmt",
    verifiedGood_other: "Die Nachweise aller {{count}} Unterlagen stimmen",
    verifiedBad_one: "Der Nachweis einer Unterlage stimmt nicht",
    verifiedBad_other: "Die Nachweise von {{count}} Unterlagen stimmen nicht",
    verifiedTodo: "CareKey zeigt diese Unterlagen nicht. Sagen Sie es dem Krankenhaus, das sie aufbewahrt.",
    verifiedUnreachable_one:
      "Eine Unterlage konnte nicht geprüft werden, weil ihr Krankenhaus nicht geantwortet hat.",
    verifiedUnreachable_other:
      "{{count}} Unterlagen konnten nicht geprüft werden, weil ihre Krankenhäuser nicht geantwortet haben.",
    verifiedWaiting_one: "Eine Unterlage ist unterwegs und hat noch keinen Nachweis.",
    verifiedWaiting_other: "{{count}} Unterlagen sind unterwegs und haben noch keinen Nachweis.",
    verifiedAt: "Geprüft {{time}}, bis Block {{height}}",
    explained: "Erklärt",
    ask: {
      what: "Was ist das Register?",
      who: "Wer führt es?",
      checks: "Was prüft dieser Computer?",
      offline: "Was geschieht ohne Netz?",
      privacy: "Was können andere darin sehen?",
    },
    answer: {
      what: "Eine Liste, die mehrere Krankenhäuser gemeinsam führen, Block für Block. Jeder Eintrag ist der Fingerabdruck (Hash) einer versiegelten Unterlage, eine Erlaubnis oder ein Beleg, dass jemand gelesen hat. Was darin steht, lässt sich nicht ändern oder entfernen, ohne dass es alle merken.",
      who: "Die Krankenhäuser oben. Ein Block gilt, wenn mehr als zwei Drittel von ihnen ihn unterschrieben haben. Kein Krankenhaus kann allein Geschichte schreiben, und eines, das zwei verschiedene zeigt, beweist seinen eigenen Fehler.",
      checks:
        "Die Unterschriften unter jedem Block, die Kette vom ersten bis zum neuesten, dass jede Ihrer Unterlagen unverändert darin steht und dass die Krankenhäuser allen dasselbe zeigen. Er verlässt sich auf keines allein.",
      offline:
        "Alles, was schon geholt wurde, lässt sich lesen. Was Sie tun, bleibt hier und wird gesendet, wenn ein Krankenhaus erreichbar ist; es gilt, sobald es bestätigt ist.",
      privacy:
        "Weder Namen noch Inhalte. Einträge stehen unter Pseudonymen, die nur Sie zusammenbringen können; wer was lesen darf, ist für die Beteiligten versiegelt.",
    },
  },
};
