import type { security as en } from "../en/security";
import type { SameShape } from "../shape";

export const security: SameShape<typeof en> = {
  security: {
    lockTitle: "Was CareKey öffnet",
    keyring: "Die Anmeldung an diesem Computer",
    keyringHint: "Wer diesen Computer als Sie benutzen kann, kann Ihre Unterlagen öffnen.",
    pin: "Eine PIN",
    pinHint: "Mindestens 6 Ziffern. Sie gilt nur an diesem Computer.",
    passphrase: "Ein Kennwort",
    passphraseHint:
      "Mindestens 10 Zeichen. Braucht keinen Schlüsselbund; ein paar Wörter merken sich leicht.",
    now: "Jetzt: {{what}}",
    change: "Ändern",
    changeTitle: "Was soll CareKey öffnen?",
    currentPin: "Ihre jetzige PIN",
    currentPassphrase: "Ihr jetziges Kennwort",
    newPin: "Neue PIN",
    newPinAgain: "Neue PIN, noch einmal",
    pinShort: "Nehmen Sie mindestens 6 Ziffern.",
    pinEasy: "Diese probieren andere zuerst. Mischen Sie die Ziffern mehr.",
    pinDiffers: "Die beiden PINs sind verschieden.",
    save: "Speichern",
    changed: "Fertig. Von jetzt an öffnet dies CareKey: {{what}}.",
    leftover:
      "Die alte Kopie Ihres Schlüssels ließ sich nicht entfernen. Ändern Sie es noch einmal hin und zurück, wenn der Schlüsselbund antwortet.",
    auto: "Von selbst sperren",
    autoHint: "Nach dieser Zeit ohne Tastendruck und Mausbewegung.",
    auto0: "Nie",
    autoMinutes_one: "Nach {{count}} Minute",
    autoMinutes_other: "Nach {{count}} Minuten",
    autoHours_one: "Nach {{count}} Stunde",
    autoHours_other: "Nach {{count}} Stunden",
    hidden: "Auch sperren, wenn das Fenster minimiert wird",
    lockNow: "Jetzt sperren",
    lockKeys: "Jetzt sperren (Strg + Umschalt + L)",
    keyringWeak:
      "Sperren schützt wenig, solange die Anmeldung am Computer zum Öffnen genügt. Wählen Sie eine PIN.",
    sample:
      "Eine erfundene Person hat nichts zu schützen. Mit einem eigenen CareKey richten Sie das hier ein.",
    wordsTitle: "Ihre 24 Wörter",
    wordsLead: "Sie bringen alles auf einem anderen Computer zurück. Wer sie hat, hat Ihre Unterlagen.",
    wordsShow: "Meine 24 Wörter zeigen",
    wordsHide: "Verbergen",
    wordsPrint: "Drucken",
    wordsPaper:
      "Bewahren Sie dieses Blatt auf wie Ihren Reisepass. Niemand von einem Krankenhaus oder von CareKey fragt je danach.",
    wordsSheet: "CareKey-Wiederherstellungsblatt",
    wordsFor: "Für {{name}}",
    wordsHow:
      "So geht es zurück: CareKey installieren, „CareKey wiederherstellen“ wählen, diese Wörter der Reihe nach eingeben.",
  },
};
