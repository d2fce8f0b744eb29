import type { lost as en } from "../en/lost";
import type { SameShape } from "../shape";

export const lost: SameShape<typeof en> = {
  lost: {
    title: "Dieser Computer ist verloren oder gestohlen",
    link: "Ein Computer ist verloren oder gestohlen",
    calm: "Ihre Unterlagen sind nicht weg: Die Krankenhäuser bewahren sie verschlossen auf, und nur Ihr Schlüssel öffnet sie. Tun Sie der Reihe nach dies.",
    backTitle: "Auf diesem Computer zurückkommen",
    back: "Nehmen Sie das Blatt mit Ihren 24 Wörtern oder eine Sicherungsdatei und deren Kennwort.",
    backOpen: "Das ist schon geschehen: CareKey ist auf diesem Computer offen.",
    stopTitle: "Alle stoppen, die lesen können",
    stopText:
      "Beim Stoppen bekommt jede Gruppe von Unterlagen in den Krankenhäusern ein neues Schloss. Teilen Sie danach neu mit denen, denen Sie vertrauen. Sie finden das in den Einstellungen unter Sicherheit.",
    stop: "Jetzt alle stoppen",
    stopSure: "Diese Personen können Ihre Unterlagen dann nicht mehr lesen: {{names}}.",
    stopping: "Wird gestoppt: {{done}} von {{total}}",
    stopped_one: "Gestoppt. Eine Freigabe wurde beendet; die Krankenhäuser erfahren es gerade.",
    stopped_other: "Gestoppt. {{count}} Freigaben wurden beendet; die Krankenhäuser erfahren es gerade.",
    nobody: "Im Augenblick kann niemand Ihre Unterlagen lesen.",
    deskTitle: "Dem Empfang Ihres Krankenhauses Bescheid sagen",
    desk: "Gehen Sie hin oder rufen Sie an, den Ausweis zur Hand, und sagen Sie: „Mein Computer mit CareKey ist verloren. Bitte ziehen Sie meine Anmeldung zurück.“ Von da an kann niemand mit dem verlorenen Computer in Ihrem Namen handeln. Sie bekommen einen neuen Code, um sich wieder anzumelden.",
    openedTitle: "Könnte ihn jemand geöffnet haben?",
    opened:
      "Eine PIN oder ein Kennwort hält Fremde draußen. Überlegen Sie noch einmal, wenn eines davon zutrifft:",
    openedNoPin: "Die Anmeldung am Computer genügte, um CareKey zu öffnen.",
    openedOn: "Der Computer war an und CareKey offen.",
    openedWords: "Das Blatt mit den 24 Wörtern oder ein Zettel mit der PIN lag beim Computer.",
    openedDo:
      "Dann gehört der alte Schlüssel nicht mehr nur Ihnen. Lassen Sie die Anmeldung heute noch zurückziehen, richten Sie CareKey mit neuen Wörtern neu ein und bitten Sie Ihre Ärzte, neue Unterlagen dorthin zu schicken.",
  },
};
