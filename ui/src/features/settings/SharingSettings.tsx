import { Select, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useAsk, useDo } from "@/platform/queries";

const DAYS = [0, 1, 3, 7, 14, 30];

/** When to speak of a permission that ends. */
export function SharingSettings() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const now = useAsk("reminders_get", {});
  const set = useDo("reminders_set", (answer) => client.setQueryData(["reminders_get", {}], answer));
  return (
    <Stack>
      {now.isError && <ErrorNotice error={now.error} retry={() => now.refetch()} />}
      <Select
        label={t("people.reminders")}
        description={t("people.remindersHint")}
        data={DAYS.map((days) => ({
          value: String(days),
          label: days === 0 ? t("people.never") : t("people.days", { count: days }),
        }))}
        value={now.data ? String(now.data.days) : null}
        onChange={(days) => days !== null && set.mutate({ days: Number(days) })}
        allowDeselect={false}
        maw="28rem"
        data-testid="settings-reminders"
      />
      {set.isError && <ErrorNotice error={set.error} />}
    </Stack>
  );
}
