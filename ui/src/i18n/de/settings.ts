import type { settings as en } from "../en/settings";
import type { SameShape } from "../shape";

export const settings: SameShape<typeof en> = {
  settings: {
    section: { look: "Sprache und Aussehen", me: "Über mich" },
    title: "Einstellungen",
    language: "Sprache",
    theme: "Darstellung",
    system: "Wie der Computer",
    light: "Hell",
    dark: "Dunkel",
    me: "Über mich",
    id: "Meine Kennung",
    custody: "Mein Schlüssel",
    custodyKeyring: "Im Schlüsselbund dieses Computers",
    custodyPassphrase: "In einer Datei hinter meinem Kennwort",
    words:
      "Die 24 Wörter sind der einzige Weg zurück, wenn dieser Computer verloren geht. CareKey kann sie nicht noch einmal zeigen.",
  },
};
