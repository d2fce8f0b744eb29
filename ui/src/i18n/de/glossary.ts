import type { glossary as en } from "../en/glossary";
import type { SameShape } from "../shape";

export const glossary: SameShape<typeof en> = {
  glossary: {
    "4548-4":
      "Wie viel Zucker sich in den letzten zwei bis drei Monaten an die roten Blutkörperchen gebunden hat. Er zeigt, wie hoch der Blutzucker im Mittel war.",
    "2345-7": "Zucker im Blut im Augenblick der Messung. Er steigt nach dem Essen.",
    "15074-8": "Zucker im Blut im Augenblick der Messung. Er steigt nach dem Essen.",
    "2339-0": "Zucker im Blut im Augenblick der Messung. Er steigt nach dem Essen.",
    "2093-3": "Alle Fette der Cholesterin-Familie zusammen. Die Teile, LDL und HDL, sagen mehr.",
    "14647-2": "Alle Fette der Cholesterin-Familie zusammen. Die Teile, LDL und HDL, sagen mehr.",
    "13457-7":
      "Das Cholesterin, das sich in den Wänden der Blutgefäße absetzt. Für die meisten ist niedriger besser.",
    "18262-6":
      "Das Cholesterin, das sich in den Wänden der Blutgefäße absetzt. Für die meisten ist niedriger besser.",
    "2089-1":
      "Das Cholesterin, das sich in den Wänden der Blutgefäße absetzt. Für die meisten ist niedriger besser.",
    "2085-9": "Das Cholesterin, das von den Blutgefäßen weggebracht wird.",
    "14646-4": "Das Cholesterin, das von den Blutgefäßen weggebracht wird.",
    "2571-8": "Fette aus der Nahrung im Blut. Sie steigen nach dem Essen.",
    "2160-0":
      "Ein Abfallstoff der Muskeln, den die Nieren ausscheiden. Er steigt, wenn die Nieren weniger arbeiten.",
    "14682-9":
      "Ein Abfallstoff der Muskeln, den die Nieren ausscheiden. Er steigt, wenn die Nieren weniger arbeiten.",
    "38483-4":
      "Ein Abfallstoff der Muskeln, den die Nieren ausscheiden. Er steigt, wenn die Nieren weniger arbeiten.",
    "33914-3":
      "Wie viel Blut die Nieren in einer Minute reinigen, geschätzt. Der Wert sinkt langsam mit dem Alter.",
    "62238-1":
      "Wie viel Blut die Nieren in einer Minute reinigen, geschätzt. Der Wert sinkt langsam mit dem Alter.",
    "3094-0": "Ein Abfallstoff des Eiweißes, den die Nieren ausscheiden.",
    "2823-3": "Ein Salz im Blut, das Muskeln und Herz brauchen, um gleichmäßig zu arbeiten.",
    "6298-4": "Ein Salz im Blut, das Muskeln und Herz brauchen, um gleichmäßig zu arbeiten.",
    "2951-2": "Das Salz, das Wasser im Körper hält.",
    "2947-0": "Das Salz, das Wasser im Körper hält.",
    "2075-0": "Ein Teil des Salzes im Blut, betrachtet zusammen mit Natrium.",
    "17861-6": "Ein Mineral für Knochen, Muskeln und Nerven.",
    "718-7": "Der rote Farbstoff des Blutes, der Sauerstoff trägt. Zu wenig heißt Blutarmut.",
    "4544-3": "Der Anteil der roten Blutkörperchen am Blut.",
    "20570-8": "Der Anteil der roten Blutkörperchen am Blut.",
    "6690-2": "Zellen, die Keime bekämpfen. Sie steigen bei Infektionen.",
    "26464-8": "Zellen, die Keime bekämpfen. Sie steigen bei Infektionen.",
    "777-3": "Kleine Zellen, die Blutungen stillen.",
    "789-8": "Zellen, die Sauerstoff tragen.",
    "787-2": "Die mittlere Größe der roten Blutkörperchen.",
    "1988-5": "Ein Eiweiß, das bei Entzündungen und Infektionen steigt.",
    "1742-6": "Ein Stoff aus Leberzellen. Er steigt, wenn die Leber belastet ist.",
    "1920-8": "Ein Stoff aus den Zellen von Leber und Muskeln.",
    "2324-2": "Ein Stoff aus Leber und Gallenwegen.",
    "1975-2": "Der gelbe Farbstoff alter roter Blutkörperchen, den die Leber ausscheidet.",
    "3016-3": "Das Hormon, das die Schilddrüse antreibt. Hoch heißt oft, dass die Schilddrüse zu wenig tut.",
    "6301-6":
      "Wie lange Blut zum Gerinnen braucht, verglichen mit anderen. Danach richtet sich die Behandlung mit Gerinnungshemmern.",
    "33762-6": "Ein Stoff, den das Herz abgibt, wenn es belastet ist.",
    "2276-4": "Der Eisenspeicher.",
    "85354-9":
      "Der Druck des Blutes in den Arterien: der obere Wert, wenn das Herz pumpt, der untere, wenn es ruht.",
    "8867-4": "Wie oft das Herz in einer Minute schlägt.",
    "39156-5": "Gewicht im Verhältnis zur Größe.",
    "59408-5": "Wie viel Sauerstoff das Blut trägt, am Finger gemessen.",
    "2708-6": "Wie viel Sauerstoff das Blut trägt.",
    "9279-1": "Atemzüge in einer Minute.",
  },
};
