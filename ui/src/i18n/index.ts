import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setTongue, type Tongue } from "@/app/locale";
import { de } from "./de";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, de: { translation: de } },
  lng: "en",
  fallbackLng: "en",
  initAsync: false,
  interpolation: { escapeValue: false },
  react: { transKeepBasicHtmlNodesFor: [] },
});

export function speak(tongue: Tongue) {
  setTongue(tongue);
  if (i18next.language !== tongue) void i18next.changeLanguage(tongue);
}

export { i18next };
