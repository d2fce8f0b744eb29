import { MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useLayoutEffect, useState } from "react";
import { I18nextProvider } from "react-i18next";
import { LinkDialog } from "@/features/links/LinkDialog";
import { NewsTeller } from "@/features/news/NewsTeller";
import { i18next, speak } from "@/i18n";
import { useAsk, useEvents } from "@/platform/queries";
import { Gate } from "./Gate";
import { tongueOf } from "./locale";
import { accentOf, cssVariables, useTheme } from "./theme";

export function makeQueryClient() {
  return new QueryClient({
    defaultOptions: {
      // The program behind the window is always there, whatever the network does.
      queries: { networkMode: "always", retry: false, staleTime: 60_000, refetchOnWindowFocus: false },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export function App({ nonce = "" }: { nonce?: string }) {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18next}>
        <Looks nonce={nonce}>
          <Gate />
        </Looks>
      </I18nextProvider>
    </QueryClientProvider>
  );
}

/** Language, light or dark, and the colour of the role that is on. */
function Looks({ nonce, children }: { nonce: string; children: ReactNode }) {
  useEvents();
  const { data: session } = useAsk("session_state", {});
  const tongue = tongueOf(session?.settings.language);
  useLayoutEffect(() => speak(tongue), [tongue]);
  const accent = accentOf(session?.stage === "start" ? undefined : session?.profile?.role);
  const theme = useTheme(accent);
  const scheme = session?.settings.theme ?? "system";
  return (
    <MantineProvider
      theme={theme}
      env={import.meta.env.MODE === "test" ? "test" : "default"}
      cssVariablesResolver={cssVariables}
      getStyleNonce={() => nonce}
      {...(scheme === "system"
        ? { defaultColorScheme: "auto" as const }
        : { forceColorScheme: scheme, defaultColorScheme: scheme })}
    >
      <DatesProvider settings={{ locale: tongue === "de" ? "de" : "en-gb", firstDayOfWeek: 1 }}>
        <Notifications position="top-right" autoClose={6000} />
        <NewsTeller />
        <LinkDialog />
        {children}
      </DatesProvider>
    </MantineProvider>
  );
}
