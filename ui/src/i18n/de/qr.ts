import type { qr as english } from "../en/qr";
import type { SameShape } from "../shape";

export const qr: SameShape<typeof english> = {
  qr: {
    of: "{{label}}: ein Code zum Fotografieren",
    copy: "Text kopieren",
    save: "Als Bild speichern",
    saved: "Gespeichert",
    pick: "Ein Bild des Codes auswählen",
    pickHint: "Ein Foto oder Bildschirmfoto. Sie können es auch hierher ziehen oder einfügen.",
    reading: "Das Bild wird gelesen …",
    noCode:
      "In diesem Bild wurde kein Code gefunden. Nehmen Sie es noch einmal auf: den ganzen Code, gerade und bei gutem Licht.",
    notAPicture:
      "Diese Datei ist kein Bild, das CareKey öffnen kann. Wählen Sie ein Bild im Format PNG oder JPEG.",
    tooLarge: "Dieses Bild ist zu groß. Schneiden Sie es auf den Code zu und versuchen Sie es noch einmal.",
  },
};
