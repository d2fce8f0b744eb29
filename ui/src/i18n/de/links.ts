import type { links as english } from "../en/links";
import type { SameShape } from "../shape";

export const links: SameShape<typeof english> = {
  links: {
    contact: "Eine Kontaktkarte",
    contactLead:
      "Das ist die Kontaktkarte von {{name}} ({{role}}). Zu Ihren Personen hinzufügen, damit Sie Unterlagen teilen können?",
    contactLocked:
      "Das ist die Kontaktkarte von {{name}} ({{role}}). Öffnen Sie zuerst Ihr eigenes Profil und dann den Link noch einmal, um sie hinzuzufügen.",
    contactAdd: "{{name}} hinzufügen",
    notNow: "Jetzt nicht",
    invitation: "Eine Einladung",
    invitationLead:
      "Das ist eine Einladung in ein Netz von Krankenhäusern. Treten Sie nur bei, wenn Sie darauf gewartet haben.",
    invitationJoined:
      "Dieser Computer kennt {{name}} jetzt. Richten Sie auf der ersten Seite CareKey ein, um sich dort anzumelden.",
    recovery: "Eine Bitte um Hilfe",
    recoveryLead:
      "Jemand möchte mit Ihrer Hilfe wieder an die eigenen Unterlagen kommen. Sprechen Sie zuerst miteinander: persönlich oder über eine Telefonnummer, die Sie schon kennen.",
    recoveryNumber: "Nummer des Hilferufs",
    recoveryGo: "Zu „Hilfe durch Menschen“",
    enrolment: "Ein Einmalcode",
    enrolmentLead:
      "CareKey fragt nach diesem Code, wenn ein neues Profil beim Krankenhaus angemeldet wird. Geben Sie ihn nicht weiter.",
    unknown: "Dieser Link",
  },
};
