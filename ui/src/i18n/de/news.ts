import type { news as english } from "../en/news";
import type { SameShape } from "../shape";

export const news: SameShape<typeof english> = {
  news: {
    record_one: "Ein neues Dokument ist in Ihren Unterlagen",
    record_other: "{{count}} neue Dokumente sind in Ihren Unterlagen",
    advice_one: "Sie haben einen neuen ärztlichen Rat",
    advice_other: "{{count}} neue ärztliche Ratschläge",
    share_one: "Jemand teilt Unterlagen mit Ihnen",
    share_other: "{{count}} Personen teilen Unterlagen mit Ihnen",
    request_one: "Jemand bittet, Ihre Unterlagen zu sehen",
    request_other: "{{count}} Personen bitten, Ihre Unterlagen zu sehen",
    answer_one: "Eine Ihrer Anfragen wurde beantwortet",
    answer_other: "{{count}} Ihrer Anfragen wurden beantwortet",
    appointment_one: "Es gibt Neues zu einem Termin",
    appointment_other: "Es gibt Neues zu {{count}} Terminen",
    recovery_one: "Jemand verlässt sich auf Sie, um wieder an die eigenen Unterlagen zu kommen",
    recovery_other:
      "{{count}} Personen verlassen sich auf Sie, um wieder an die eigenen Unterlagen zu kommen",
    recoveryAlarm_one:
      "Jemand stellt den Zugang zu Ihren Unterlagen wieder her. Wenn Sie es nicht sind, halten Sie es jetzt an",
    recoveryAlarm_other:
      "Jemand stellt den Zugang zu Ihren Unterlagen wieder her. Wenn Sie es nicht sind, halten Sie es jetzt an",
    expiring_one: "Eine Ihrer Erlaubnisse endet bald",
    expiring_other: "{{count}} Ihrer Erlaubnisse enden bald",
    flagged_one: "Ein Zugriff auf Ihre Unterlagen ist auffällig",
    flagged_other: "{{count}} Zugriffe auf Ihre Unterlagen sind auffällig",
    several_one: "Es gibt etwas Neues für Sie",
    several_other: "{{count}} Neuigkeiten für Sie",
    from: {
      record: "Ein neues Dokument von {{person}}",
      advice: "Neuer Rat von {{person}}",
      share: "{{person}} teilt Unterlagen mit Ihnen",
      request: "{{person}} bittet, Unterlagen zu sehen",
      answer: "{{person}} hat Ihre Anfrage beantwortet",
      appointment: "{{person}}: Neues zu einem Termin",
      recovery: "{{person}} verlässt sich auf Sie, um wieder an die eigenen Unterlagen zu kommen",
      recoveryAlarm:
        "Mit Hilfe von {{person}} wird der Zugang zu Ihren Unterlagen wiederhergestellt. Wenn Sie es nicht sind, halten Sie es jetzt an",
      expiring: "Was Sie {{person}} erlaubt haben, endet bald",
      flagged: "{{person}} hat auf auffällige Weise gelesen",
    },
    full: {
      record: "{{person}} hat „{{title}}“ zu Ihren Unterlagen gelegt",
      advice: "Rat von {{person}}: {{title}}",
      share: "{{person}} teilt „{{title}}“ mit Ihnen",
      request: "{{person}} bittet, Unterlagen zu sehen: {{title}}",
      answer: "{{person}} hat geantwortet: {{title}}",
      appointment: "Termin mit {{person}}: {{title}}",
      recovery: "{{person}} verlässt sich auf Sie, um wieder an die eigenen Unterlagen zu kommen",
      recoveryAlarm:
        "Mit Hilfe von {{person}} wird der Zugang zu Ihren Unterlagen wiederhergestellt. Wenn Sie es nicht sind, halten Sie es jetzt an",
      expiring: "{{person}} kann „{{title}}“ nur noch kurze Zeit sehen",
      flagged: "{{person}} hat „{{title}}“ auf auffällige Weise gelesen",
    },
    show: "Zeigen",
    forPerson: "Für {{name}}",
    forYou: "Öffnen Sie CareKey, um es zu sehen.",
    tray_one: "{{count}} neu für {{name}}",
    tray_other: "{{count}} neu für {{name}}",
    trayHidden_one: "{{count}} neu",
    trayHidden_other: "{{count}} neu",
    trayOpen: "CareKey öffnen",
    trayLock: "Jetzt sperren",
    trayQuit: "CareKey beenden",
    settings: {
      notifications: "Sagen, wenn es etwas Neues gibt",
      notificationsHint: "Über die Mitteilungen des Computers, während Sie etwas anderes ansehen.",
      hideNames: "Namen und Titel weglassen",
      hideNamesHint:
        "„Ein neues Dokument ist in Ihren Unterlagen“ – wenn andere Ihren Bildschirm sehen können.",
      keepRunning: "CareKey weiterlaufen lassen, wenn ich das Fenster schließe",
      keepRunningHint:
        "Es bleibt neben der Uhr und sagt Ihnen, was neu ist. Dort können Sie es auch sperren oder beenden.",
      noTray: "Dieser Computer zeigt keine Symbole neben der Uhr. Deshalb endet CareKey mit seinem Fenster.",
      startHidden: "Ohne Fenster starten",
      startHiddenHint: "Nur das Symbol neben der Uhr erscheint.",
    },
  },
};
