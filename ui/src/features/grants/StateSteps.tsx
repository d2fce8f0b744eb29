import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";

type Step = "saved" | "sent" | "confirmed";
const STEPS: Step[] = ["saved", "sent", "confirmed"];

/** Saved here → Sent → Confirmed, with the time. */
export function StateSteps({ state, at, testId }: { state: Step; at?: number; testId?: string }) {
  const { t } = useTranslation();
  const reached = STEPS.indexOf(state);
  return (
    <ol className="ck-steps" data-testid={testId} data-state={state} aria-live="polite">
      {STEPS.map((step, index) => (
        <li key={step} data-reached={index <= reached}>
          {index <= reached ? (
            <IconCircleCheckFilled size={18} color="var(--ck-good)" aria-hidden />
          ) : (
            <IconCircle size={18} aria-hidden />
          )}
          {step === "confirmed" && index <= reached && at !== undefined
            ? t("grants.confirmedAt", { time: brief(at) })
            : t(`grants.${step}`)}
        </li>
      ))}
    </ol>
  );
}
