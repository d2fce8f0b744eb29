import { MantineThemeProvider, Text } from "@mantine/core";
import { IconUserHeart } from "@tabler/icons-react";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { isClinician, useOpenSession } from "@/app/session";
import { makeTheme } from "@/app/theme";
import { useAsk } from "@/platform/queries";

/** Says, all around, whose records these are: amber for family, the clinician's own colour for clinicians. */
export function PatientFrame({ patientId, children }: { patientId: string; children: ReactNode }) {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const list = useAsk("shared_list", {});
  const accent = isClinician(profile) ? "indigo" : "amber";
  const theme = useMemo(() => makeTheme(accent), [accent]);
  const name = list.data?.people.find((one) => one.patient.id === patientId)?.patient.name;
  return (
    <MantineThemeProvider theme={theme} inherit>
      <section className={`ck-patient ck-accent-${accent}`} data-testid="patient-frame">
        <div className="ck-patient-name">
          <IconUserHeart size={20} aria-hidden />
          <Text span fw={650}>
            {name ? t("shared.frame", { name }) : "…"}
          </Text>
        </div>
        <div className="ck-patient-body">{children}</div>
      </section>
    </MantineThemeProvider>
  );
}
