import type { onboarding as en } from "../en/onboarding";
import type { SameShape } from "../shape";

export const onboarding: SameShape<typeof en> = {
  onboarding: {
    nameTitle: "Wie heißen Sie?",
    nameLabel: "Ihr Name",
    nameHint: "So, wie Ärzte und Angehörige ihn sehen sollen.",
    custodyTitle: "Was soll CareKey an diesem Computer öffnen?",
    custodyLead:
      "Ihr Schlüssel zu Ihren Unterlagen bleibt auf diesem Computer. Sie können das später ändern.",
    keyringLocked:
      "Der Schlüsselbund dieses Computers ist gesperrt. Entsperren Sie ihn und versuchen Sie es erneut.",
    keyringMissing: "Dieser Computer hat keinen Schlüsselbund, darum braucht CareKey ein Kennwort.",
    recommended: "empfohlen",
    passphraseLabel: "Kennwort",
    passphraseAgain: "Kennwort, noch einmal",
    passphraseShort: "Nehmen Sie mindestens 10 Zeichen.",
    passphraseDiffers: "Die beiden Kennwörter sind verschieden.",
    wordsTitle: "Schreiben Sie diese 24 Wörter auf",
    wordsLead:
      "Damit bekommen Sie alles zurück, wenn dieser Computer verloren geht. Schreiben Sie sie der Reihe nach auf Papier und bewahren Sie es sicher auf. Wer die Wörter hat, hat Ihre Unterlagen.",
    wordsWritten: "Ich habe sie aufgeschrieben",
    confirmTitle: "Eine kurze Probe",
    confirmLead: "Geben Sie diese Wörter von Ihrem Papier ein.",
    wordNumber: "Wort {{n}}",
    codeTitle: "Ihr Code vom Krankenhaus",
    codeLead: "Der Empfang gibt Ihnen einen Code, nachdem er Ihren Ausweis gesehen hat. Er gilt einmal.",
    codeLabel: "Code",
    register: "Anmelden",
    restoreTitle: "Geben Sie Ihre 24 Wörter ein",
    restoreLead:
      "Der Reihe nach. Sie können auch alle in das erste Feld einfügen. Die ersten Buchstaben genügen.",
    restoreCount_one: "{{count}} Wort von 24",
    restoreCount_other: "{{count}} Wörter von 24",
    wordsWrong_one: "Wort {{places}} steht nicht in der Wortliste. Vergleichen Sie es mit Ihrem Papier.",
    wordsWrong_other:
      "Die Wörter {{places}} stehen nicht in der Wortliste. Vergleichen Sie sie mit Ihrem Papier.",
    restoreStart: "Wiederherstellen",
    restoring:
      "Ihre Unterlagen werden wiedergefunden. Sie können das Fenster offen lassen und etwas anderes tun.",
    create: "Schlüssel erzeugen",
  },
};
