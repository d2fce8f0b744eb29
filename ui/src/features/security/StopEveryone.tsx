import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { GrantView } from "@/bindings/GrantView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { type CallError, host } from "@/platform";
import { useAsk } from "@/platform/queries";

const READING: GrantView["state"]["state"][] = ["saved", "sent", "confirmed"];

/** Ends all sharing, one after the other; what was already stopped stays stopped if it is interrupted. */
export function StopEveryone() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [done, setDone] = useState(0);
  const grants = useAsk("grants_list", {});
  const active = (grants.data?.grants ?? []).filter((grant) => READING.includes(grant.state.state));
  const stop = useMutation<number, CallError, GrantView[]>({
    mutationFn: async (all) => {
      setDone(0);
      for (const grant of all) {
        await host.call("grants_revoke", { grantId: grant.id });
        setDone((count) => count + 1);
      }
      return all.length;
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ["grants_list"] }),
  });
  if (stop.isPending) {
    const total = stop.variables.length;
    return (
      <Stack gap={4} role="status">
        <Text size="sm">{t("lost.stopping", { done, total })}</Text>
        <Progress value={(100 * done) / total} aria-label={t("lost.stop")} />
      </Stack>
    );
  }
  if (stop.data !== undefined) {
    return (
      <Alert color="teal" role="status" data-testid="stopped-everyone">
        {t("lost.stopped", { count: stop.data })}
      </Alert>
    );
  }
  if (grants.data && active.length === 0) return <Text c="dimmed">{t("lost.nobody")}</Text>;
  return (
    <Stack gap="xs" align="flex-start">
      {stop.isError && <ErrorNotice error={stop.error} />}
      {asked ? (
        <>
          <Text>
            {t("lost.stopSure", { names: [...new Set(active.map((one) => one.grantee.name))].join(", ") })}
          </Text>
          <Group>
            <Button variant="default" onClick={() => setAsked(false)}>
              {t("app.cancel")}
            </Button>
            <Button color="red" onClick={() => stop.mutate(active)} data-testid="stop-everyone-confirm">
              {t("lost.stop")}
            </Button>
          </Group>
        </>
      ) : (
        <Button
          variant="default"
          disabled={active.length === 0}
          onClick={() => setAsked(true)}
          data-testid="stop-everyone"
        >
          {t("lost.stop")}
        </Button>
      )}
    </Stack>
  );
}
