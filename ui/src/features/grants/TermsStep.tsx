import { Chip, Group, Input, Select, Stack, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import type { Purpose } from "@/bindings/Purpose";
import type { Term, TermDraft } from "./draft";

const PURPOSES: Purpose[] = ["treatment", "secondOpinion", "followUp", "familyCare", "other"];
const TERMS = [
  ["month", "grants.oneMonth"],
  ["quarter", "grants.threeMonths"],
  ["year", "grants.oneYear"],
  ["open", "grants.noEnd"],
  ["date", "grants.onDate"],
] as const satisfies readonly (readonly [Term, string])[];

/** What can be said about the terms of a grant. */
export interface Terms extends TermDraft {
  purpose: Purpose | null;
  note: string;
}

/** How long, why, and a note for oneself. */
export function TermsStep(props: { draft: Terms; onChange: (part: Partial<Terms>) => void; now: number }) {
  const { t } = useTranslation();
  const { draft, onChange, now } = props;
  return (
    <Stack>
      <Input.Wrapper label={t("grants.untilWhen")} labelElement="div">
        <Chip.Group value={draft.term} onChange={(value) => onChange({ term: value as Term })}>
          <Group gap="xs">
            {TERMS.map(([term, label]) => (
              <Chip key={term} value={term} wrapperProps={{ "data-testid": `grant-term-${term}` }}>
                {t(label)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      {draft.term === "date" && (
        <DateInput
          label={t("grants.date")}
          value={draft.date}
          onChange={(date) => onChange({ date })}
          minDate={dayjs(now).format("YYYY-MM-DD")}
          valueFormat="D MMMM YYYY"
          hideOutsideDates
          maw="20rem"
          data-testid="grant-date"
        />
      )}
      <Select
        label={t("grants.why")}
        data={PURPOSES.map((purpose) => ({ value: purpose, label: t(`purpose.${purpose}`) }))}
        value={draft.purpose}
        onChange={(purpose) => onChange({ purpose: purpose as Purpose | null })}
        allowDeselect={false}
        maw="28rem"
        data-testid="grant-purpose"
      />
      <TextInput
        label={`${t("grants.note")} (${t("app.optional")})`}
        value={draft.note}
        maxLength={120}
        onChange={(event) => onChange({ note: event.currentTarget.value })}
        maw="28rem"
        data-testid="grant-note"
      />
    </Stack>
  );
}
