import { Button, Group, Select, Stack, Switch, Text, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLockNow } from "@/app/lock";
import type { SecurityView } from "@/bindings/SecurityView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";

const MINUTES = [1, 5, 15, 30, 60, 240, 0];

/** When it locks by itself, and the button for now. */
export function AutoLock({ security }: { security: SecurityView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const lockNow = useLockNow();
  const set = useDo("security_set", (view) => client.setQueryData(["security_get", {}], view));
  const words = (minutes: number) => {
    if (minutes === 0) return t("security.auto0");
    if (minutes < 60) return t("security.autoMinutes", { count: minutes });
    return t("security.autoHours", { count: minutes / 60 });
  };
  const offered = [...new Set([...MINUTES.slice(0, -1), security.autoLockMinutes].filter(Boolean))].sort(
    (a, b) => a - b,
  );
  return (
    <section>
      <Title order={2} size="h3" mb="sm">
        {t("security.auto")}
      </Title>
      <Stack>
        <Select
          aria-label={t("security.auto")}
          description={t("security.autoHint")}
          data={[...offered, 0].map((minutes) => ({ value: String(minutes), label: words(minutes) }))}
          value={String(security.autoLockMinutes)}
          onChange={(minutes) => minutes !== null && set.mutate({ autoLockMinutes: Number(minutes) })}
          allowDeselect={false}
          maw={320}
          data-testid="auto-lock"
        />
        <Switch
          label={t("security.hidden")}
          checked={security.lockWhenHidden}
          onChange={(event) => set.mutate({ lockWhenHidden: event.currentTarget.checked })}
          data-testid="lock-hidden"
        />
        {security.custody === "keyring" && (
          <Text size="sm" c="dimmed">
            {t("security.keyringWeak")}
          </Text>
        )}
        {set.isError && <ErrorNotice error={set.error} />}
        <Group>
          <Button
            variant="default"
            leftSection={<IconLock size={18} aria-hidden />}
            onClick={lockNow}
            data-testid="lock-now"
          >
            {t("security.lockKeys")}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
