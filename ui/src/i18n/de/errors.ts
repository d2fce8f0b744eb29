import type { errors as en } from "../en/errors";
import type { SameShape } from "../shape";

export const errors: SameShape<typeof en> = {
  errors: {
    title: "Das hat nicht geklappt",
    code: "Code",
    detail: "Technische Einzelheit",
    message: "Meldung",
    invalidRequest: {
      what: "Etwas im Formular stimmt nicht.",
      todo: "Prüfen Sie Ihre Eingabe und versuchen Sie es erneut.",
    },
    unknownCommand: {
      what: "Fenster und Programm passen nicht zusammen.",
      todo: "Schließen Sie CareKey und starten Sie es neu.",
    },
    notFound: { what: "Das gibt es nicht mehr.", todo: "Gehen Sie zurück; die Liste zeigt, was da ist." },
    noProfile: {
      what: "In diesem Fenster ist niemand geöffnet.",
      todo: "Wählen Sie auf der ersten Seite eine Person.",
    },
    locked: { what: "CareKey ist gesperrt.", todo: "Entsperren Sie es und versuchen Sie es erneut." },
    wrongPassphrase: {
      what: "Damit öffnen sich Ihre Unterlagen nicht.",
      todo: "Prüfen Sie die Eingabe, auch Großbuchstaben, und versuchen Sie es erneut. Nichts ist verloren.",
    },
    keyringMissing: {
      what: "Der Schlüsselbund dieses Computers antwortet nicht.",
      todo: "Melden Sie sich neu am Computer an oder richten Sie CareKey mit einem Kennwort ein.",
    },
    keyringLocked: {
      what: "Der Schlüsselbund dieses Computers ist gesperrt.",
      todo: "Entsperren Sie ihn mit dem Kennwort Ihres Computers und versuchen Sie es erneut.",
    },
    keyringEntryMissing: {
      what: "Ihr Schlüssel liegt nicht mehr im Schlüsselbund dieses Computers.",
      todo: "Stellen Sie CareKey mit Ihren 24 Wörtern wieder her. Ihre Unterlagen sind sicher.",
    },
    keysOfAnother: {
      what: "Der gefundene Schlüssel gehört jemand anderem.",
      todo: "Melden Sie sich am Computer als Sie selbst an oder nehmen Sie Ihre eigenen 24 Wörter.",
    },
    lockedOut: {
      what: "Zu viele falsche Versuche.",
      todo: "Warten Sie, bis die Zeit vorbei ist, und versuchen Sie es dann erneut. Nichts ist verloren.",
    },
    pinTooEasy: {
      what: "Diese PIN ist zu leicht zu erraten.",
      todo: "Nehmen Sie mindestens 6 Ziffern, die nicht alle gleich sind oder der Reihe nach kommen.",
    },
    wordsInvalid: {
      what: "Das sind nicht 24 Wörter, die zusammengehören.",
      todo: "Vergleichen Sie jedes Wort mit Ihrem Papier; die Reihenfolge zählt.",
    },
    wordsMismatch: {
      what: "Ein Wort ist anders als das gezeigte.",
      todo: "Sehen Sie auf Ihr Papier und geben Sie es erneut ein.",
    },
    enrolmentRefused: {
      what: "Der Code wurde nicht angenommen.",
      todo: "Prüfen Sie ihn oder bitten Sie den Empfang um einen neuen: Jeder Code gilt einmal.",
    },
    notEnrolled: {
      what: "Sie sind noch nicht angemeldet.",
      todo: "Geben Sie den Code vom Empfang Ihres Krankenhauses ein.",
    },
    offline: {
      what: "Kein Krankenhaus ist erreichbar.",
      todo: "Prüfen Sie die Verbindung. Was Sie hier tun, bleibt erhalten und wird später gesendet.",
    },
    hospitalUnreachable: {
      what: "Das Krankenhaus, das dies aufbewahrt, ist nicht erreichbar.",
      todo: "Versuchen Sie es in einigen Minuten erneut.",
    },
    hospitalUntrusted: {
      what: "Ein Krankenhaus gab eine Antwort, die nicht stimmt.",
      todo: "Sie wurde nicht verwendet. Versuchen Sie es erneut; bleibt es so, sagen Sie es dem Krankenhaus.",
    },
    wrongNetwork: {
      what: "Diese Einladung ist beschädigt oder nicht vollständig.",
      todo: "Kopieren Sie sie ganz, oder bitten Sie Ihr Krankenhaus noch einmal darum.",
    },
    ledgerStale: {
      what: "Was dieser Computer weiß, ist zu alt, um sich darauf zu verlassen.",
      todo: "Verbinden Sie sich mit dem Internet und versuchen Sie es erneut.",
    },
    accessRefused: {
      what: "Das Krankenhaus hat dies nicht erlaubt.",
      todo: "Bitten Sie den Patienten, es mit Ihnen zu teilen.",
    },
    grantRevoked: {
      what: "Der Patient teilt dies nicht mehr.",
      todo: "Fragen Sie den Patienten, wenn Sie es noch brauchen.",
    },
    grantExpired: {
      what: "Die Zeit, in der Sie dies lesen konnten, ist vorbei.",
      todo: "Bitten Sie den Patienten, es erneut zu teilen.",
    },
    alreadyGranted: {
      what: "Diese Person kann es schon lesen.",
      todo: "Um das Enddatum zu ändern, beenden Sie es und teilen es neu.",
    },
    outOfPlace: {
      what: "Das wurde inzwischen beantwortet, abgesagt oder ist vorbei.",
      todo: "Schauen Sie, wie es jetzt steht.",
    },
    certificateExpired: {
      what: "Ein Zertifikat ist abgelaufen.",
      todo: "Bitten Sie das Krankenhaus, es zu erneuern.",
    },
    certificateRevoked: {
      what: "Ein Zertifikat wurde zurückgezogen.",
      todo: "Fragen Sie das Krankenhaus nach dem Grund, bevor Sie sich darauf verlassen.",
    },
    recordAltered: {
      what: "Diese Unterlage ist nicht, was ihr Verfasser unterschrieben hat.",
      todo: "Sie wird nicht gezeigt. Sagen Sie es dem Krankenhaus, das sie aufbewahrt.",
    },
    proofInvalid: {
      what: "Ein Nachweis zu dieser Unterlage stimmt nicht.",
      todo: "Sie wird nicht gezeigt. Versuchen Sie es erneut; bleibt es so, sagen Sie es dem Krankenhaus.",
    },
    recordErased: {
      what: "Diese Unterlage wurde gelöscht.",
      todo: "Ihr Inhalt ist fort; nur dass es sie gab, bleibt.",
    },
    contactCardInvalid: {
      what: "Das ist keine gültige Kontaktkarte.",
      todo: "Kopieren Sie den ganzen Text, von „carecard1“ bis zum Ende.",
    },
    linkUnknown: {
      what: "CareKey kennt diesen Link nicht.",
      todo: "Vielleicht fehlt ein Stück. Kopieren Sie ihn noch einmal ganz, oder bitten Sie um ein Bild des Codes.",
    },
    fileUnreadable: {
      what: "Die Datei kann nicht gelesen werden.",
      todo: "Prüfen Sie, ob sie noch da ist und ob Sie sie öffnen dürfen.",
    },
    fileChanged: {
      what: "Die Datei hat sich beim Lesen verändert.",
      todo: "Schließen Sie das Programm, das hineinschreibt, und versuchen Sie es erneut. Nichts wurde gesendet.",
    },
    fileEmpty: {
      what: "Diese Datei ist leer.",
      todo: "Sie enthält nichts, was hinzugefügt werden könnte. Wählen Sie eine andere.",
    },
    recordPending: {
      what: "Diese Unterlage ist noch nicht bestätigt.",
      todo: "Warten Sie, bis ein Krankenhaus sie bestätigt hat, und versuchen Sie es noch einmal.",
    },
    fileTooLarge: {
      what: "Die Datei ist zu groß für eine Unterlage.",
      todo: "Teilen Sie sie auf oder wählen Sie eine kleinere.",
    },
    fileUnwritable: {
      what: "Dort kann die Datei nicht geschrieben werden.",
      todo: "Wählen Sie einen anderen Ordner.",
    },
    diskFull: {
      what: "Die Festplatte dieses Computers ist voll.",
      todo: "Schaffen Sie Platz und versuchen Sie es erneut. Nichts ist verloren.",
    },
    backupInvalid: {
      what: "Das ist keine vollständige Sicherung von CareKey.",
      todo: "Wählen Sie eine andere Datei. Wurde sie kopiert, kopieren Sie sie noch einmal: Vielleicht fehlt ein Teil.",
    },
    vaultDamaged: {
      what: "Der Speicher auf diesem Computer ist beschädigt.",
      todo: "Stellen Sie CareKey mit Ihren 24 Wörtern wieder her. Ihre Unterlagen liegen sicher in den Krankenhäusern.",
    },
    recoveryImpossible: {
      what: "So lässt sich die Wiederherstellung nicht aufteilen.",
      todo: "Wählen Sie mindestens zwei verschiedene Menschen, nicht sich selbst und höchstens sechzehn.",
    },
    helpNumberInvalid: {
      what: "Eine Ziffer dieser Nummer ist falsch.",
      todo: "Lassen Sie sich die Nummer noch einmal vorlesen und vergleichen Sie die vier Gruppen.",
    },
    helpCallNotFound: {
      what: "Kein Computer bittet mit dieser Nummer.",
      todo: "Vergleichen Sie die Nummer. Stimmt sie, warten Sie eine Minute und suchen Sie noch einmal.",
    },
    helpStopped: {
      what: "Der Mensch, dem diese Unterlagen gehören, hat das aufgehalten.",
      todo: "Für diese Bitte können Sie Ihren Teil nicht herausgeben. Sprechen Sie mit dem Menschen darüber.",
    },
    helpPartsWrong: {
      what: "Die Teile passen nicht zusammen.",
      todo: "Bitten Sie einen anderen, der einen Teil hat, oder den Empfang Ihres Krankenhauses.",
    },
    cancelled: { what: "Abgebrochen.", todo: "Nichts wurde behalten." },
    internal: {
      what: "Etwas Unvorhergesehenes ist passiert.",
      todo: "Versuchen Sie es erneut. Bleibt es so, helfen die Einzelheiten unten.",
    },
  },
};
