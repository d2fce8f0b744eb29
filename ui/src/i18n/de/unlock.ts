import type { unlock as en } from "../en/unlock";
import type { SameShape } from "../shape";

export const unlock: SameShape<typeof en> = {
  unlock: {
    title: "Willkommen zurück, {{name}}",
    keyring: "Ihr Schlüssel liegt im Schlüsselbund dieses Computers.",
    passphrase: "Geben Sie Ihr Kennwort ein, um Ihre Unterlagen zu öffnen.",
    pin: "Geben Sie Ihre PIN ein, um Ihre Unterlagen zu öffnen.",
    passphraseLabel: "Kennwort",
    pinLabel: "PIN",
    open: "Öffnen",
    triesLeft_one: "Noch ein Versuch, dann müssen Sie warten.",
    triesLeft_other: "Noch {{count}} Versuche, dann müssen Sie warten.",
    waitTitle: "Zu viele falsche Versuche",
    wait: "Sie können es in {{time}} wieder versuchen. Ein Neustart von CareKey verkürzt das nicht. Nichts ist verloren.",
    seconds_one: "{{count}} Sekunde",
    seconds_other: "{{count}} Sekunden",
    minutes: "{{minutes}} Min. {{seconds}} s",
    hours: "{{hours}} Std. {{minutes}} Min.",
    ways: "Wenn Sie nicht öffnen können",
    waysWords: "Meine 24 Wörter nehmen",
    waysBackup: "Eine Sicherungsdatei nehmen",
    waysLost: "Dieser Computer ist verloren oder gestohlen",
    lookAgain: "Erneut versuchen",
    keyringLocked: {
      title: "Der Schlüsselbund dieses Computers ist gesperrt",
      text: "Ihr Schlüssel liegt darin. Drücken Sie „Entsperren“, dann fragt der Computer nach seinem eigenen Kennwort: meist das, mit dem Sie sich anmelden. Ihre Unterlagen sind sicher.",
      act: "Entsperren",
    },
    keyringMissing: {
      title: "Der Schlüsselbund dieses Computers antwortet nicht",
      text: "Ihr Schlüssel liegt darin. Vielleicht wurde er nicht gestartet: Melden Sie sich vom Computer ab, wieder an und öffnen Sie CareKey. Ihre Unterlagen sind sicher.",
      act: "Erneut versuchen",
    },
    keyringEntryMissing: {
      title: "Ihr Schlüssel ist nicht mehr auf diesem Computer",
      text: "Der Schlüsselbund antwortet, ist aber leer: Jemand hat ihn geleert, oder dieser Ordner wurde von einem anderen Computer kopiert. Ihre Unterlagen sind sicher in den Krankenhäusern. Ihre 24 Wörter oder eine Sicherungsdatei bringen alles zurück.",
      act: "Noch einmal nachsehen",
    },
    keysOfAnother: {
      title: "Der Schlüssel, der hier liegt, ist nicht Ihrer",
      text: "Im Schlüsselbund liegt der Schlüssel einer anderen Person. Melden Sie sich am Computer als Sie selbst an. Hilft das nicht, bringen Ihre 24 Wörter oder eine Sicherungsdatei alles zurück.",
      textLogin:
        "CareKey wurde eingerichtet, als „{{login}}“ am Computer angemeldet war, und der Schlüssel liegt im Schlüsselbund dieser Person. Melden Sie sich als „{{login}}“ an. Geht das nicht, bringen Ihre 24 Wörter oder eine Sicherungsdatei alles zurück.",
      act: "Noch einmal nachsehen",
    },
    vaultDamaged: {
      title: "Was CareKey auf diesem Computer aufbewahrt, ist beschädigt",
      text: "Eine Datei von CareKey ist unvollständig oder wurde verändert. Ihre Unterlagen sind sicher in den Krankenhäusern. Ihre 24 Wörter oder eine Sicherungsdatei bringen alles zurück.",
      act: "Erneut versuchen",
    },
  },
};
