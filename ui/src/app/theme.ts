import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Role } from "@/bindings/Role";

/** Patient. Shade 7 (light) and 6 (dark) carry white text with more than 4.5 : 1. */
const teal: MantineColorsTuple = [
  "#e9f8f5", "#d0ece7", "#a0dacf", "#6cc7b6", "#45b7a2", "#2a9d89", "#157f6f", "#0f6f61", "#0a5b50", "#06463d",
]; // biome-ignore format: a palette is read as a row
/** Clinician. */
const indigo: MantineColorsTuple = [
  "#eef1fd", "#dbe1f8", "#b5c1f0", "#8d9fe8", "#7186e2", "#5c72d8", "#4b60c6", "#3f53b0", "#33448f", "#26346f",
]; // biome-ignore format: a palette is read as a row
/** Family. */
const amber: MantineColorsTuple = [
  "#fdf4e3", "#f8e6c4", "#f0cc8b", "#e8b14f", "#dd9a26", "#b97a12", "#99620a", "#875506", "#6d4404", "#533302",
]; // biome-ignore format: a palette is read as a row

/** Stopping and failing; dark enough to carry white text. */
// biome-ignore format: a palette is read as a row
const red: MantineColorsTuple = [
  "#fdecea", "#fbd5d2", "#f4a9a3", "#ee7a72", "#e6544a", "#d93a30", "#c22c23", "#b3261e", "#8f1d17", "#6b150f",
];

export type Accent = "teal" | "indigo" | "amber";

/** The colour that says which role is on. */
export function accentOf(role: Role | undefined): Accent {
  return role === undefined || role === "person" ? "teal" : "indigo";
}

export function useTheme(accent: Accent) {
  const { t } = useTranslation();
  return useMemo(
    () =>
      makeTheme(accent, {
        close: t("app.close"),
        clear: t("app.clear"),
        calendar: {
          previousMonth: t("calendar.previousMonth"),
          nextMonth: t("calendar.nextMonth"),
          previousYear: t("calendar.previousYear"),
          nextYear: t("calendar.nextYear"),
          previousDecade: t("calendar.previousDecade"),
          nextDecade: t("calendar.nextDecade"),
        },
      }),
    [accent, t],
  );
}

/** `words` name the buttons that are only a mark. */
function makeTheme(accent: Accent, words: { close: string; clear: string; calendar: object }) {
  return createTheme({
    primaryColor: accent,
    primaryShade: { light: 7, dark: 6 },
    colors: { teal, indigo, amber, red },
    fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
    fontFamilyMonospace: "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    focusRing: "auto",
    headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.75rem" }, h2: { fontSize: "1.2rem" } } },
    components: {
      Modal: {
        defaultProps: {
          centered: true,
          transitionProps: { duration: 120 },
          radius: "lg",
          overlayProps: { backgroundOpacity: 0.5 },
        },
      },
      CloseButton: { defaultProps: { "aria-label": words.close } },
      InputClearButton: { defaultProps: { "aria-label": words.clear } },
      DateInput: { defaultProps: { ariaLabels: words.calendar } },
      // Its placeholder for the first focus is no part of a menu.
      Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
      Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 100 } } },
      Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 100 } } },
      Card: { defaultProps: { withBorder: true, radius: "lg", padding: "lg" } },
    },
  });
}

/** Soft surfaces in the dark: Mantine's own are nearly black. */
function softDark(name: string, [r, g, b]: [number, number, number], text: string): Record<string, string> {
  return {
    [`--mantine-color-${name}-light`]: `rgba(${r}, ${g}, ${b}, 0.24)`,
    [`--mantine-color-${name}-light-hover`]: `rgba(${r}, ${g}, ${b}, 0.32)`,
    [`--mantine-color-${name}-light-color`]: text,
  };
}

/** Mantine's defaults for quiet, faulty and placeholder text are too faint to read. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#4b5563",
    "--mantine-color-placeholder": "#636b76",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-body": "#f7f8f9",
    "--ck-surface": "#ffffff",
    "--ck-line": "#dfe3e8",
    "--ck-warn": "#8a4b00",
    "--ck-warn-soft": "#fdf1dd",
    "--ck-bad": "#a3201a",
    "--ck-good": "#0a6b4f",
  },
  dark: {
    ...softDark("teal", [69, 183, 162], "#a6e4d9"),
    ...softDark("indigo", [125, 146, 236], "#bcc8f7"),
    ...softDark("amber", [232, 177, 79], "#f3cf8f"),
    ...softDark("red", [230, 84, 74], "#ffb4ad"),
    "--mantine-color-dimmed": "#b4bac2",
    "--mantine-color-placeholder": "#9aa1ab",
    "--mantine-color-error": "#ff9b93",
    "--mantine-color-body": "#15181c",
    "--ck-surface": "#1d2126",
    "--ck-line": "#353b43",
    "--ck-warn": "#f2bd6b",
    "--ck-warn-soft": "#3a2d14",
    "--ck-bad": "#ff9b93",
    "--ck-good": "#6cd3ae",
  },
});
