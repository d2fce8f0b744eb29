import type { settings as en } from "../en/settings";
import type { SameShape } from "../shape";

export const settings: SameShape<typeof en> = {
  settings: {
    section: {
      look: "Sprache und Aussehen",
      me: "Über mich",
      security: "Sicherheit",
      recovery: "Hilfe durch Menschen",
      sharing: "Teilen",
      notifications: "Mitteilungen",
      network: "Netz",
      about: "Über CareKey",
    },
    title: "Einstellungen",
    language: "Sprache",
    theme: "Darstellung",
    system: "Wie der Computer",
    light: "Hell",
    dark: "Dunkel",
    id: "Meine Kennung",
  },
};
