import { Badge, Button, Group, Popover, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconClock, IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { brief, day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { PersonBadge } from "@/components/PersonBadge";
import { useDo } from "@/platform/queries";
import { PersonLink } from "./PersonLink";
import { StateSteps } from "./StateSteps";
import { yours } from "./words";

export function isLive(grant: GrantView): boolean {
  return grant.state.state !== "stopped" && grant.state.state !== "expired";
}

/** One grant: who, what, until when, how far it is, what was done with it, and a way to stop it. */
export function GrantCard({ grant, compact }: { grant: GrantView; compact?: boolean }) {
  const { t } = useTranslation();
  const { grantee } = grant;
  const live = isLive(grant);
  return (
    <div
      className="ck-row ck-top"
      data-testid="grant-row"
      data-grant={grant.id}
      data-state={grant.state.state}
    >
      <PersonBadge {...grantee} />
      <Stack gap={2} className="ck-grow">
        <div>
          <PersonLink person={grantee} />{" "}
          <Text span c="dimmed" size="sm">
            {[grantee.specialty, grantee.hospital].filter(Boolean).join(", ")}
          </Text>
        </div>
        <Text size={compact ? "sm" : undefined}>
          {t(live ? "grants.canRead" : "grants.couldRead", { what: yours(t, grant.what) })}
          {live && ` · ${grant.until ? t("grants.until", { date: day(grant.until) }) : t("app.noEnd")}`}
          {!compact && ` · ${t(`purpose.${grant.purpose}`)}`}
        </Text>
        {!compact && grant.note && (
          <Text size="sm" c="dimmed">
            {grant.note}
          </Text>
        )}
        <GrantProgress grant={grant} compact={compact} />
      </Stack>
      {live && grant.state.state !== "stopping" && <StopButton grant={grant} />}
    </div>
  );
}

function GrantProgress({ grant, compact }: { grant: GrantView; compact?: boolean }) {
  const { t } = useTranslation();
  const name = grant.grantee.name;
  const { state } = grant;
  switch (state.state) {
    case "saved":
    case "sent":
      return <StateSteps state={state.state} testId="grant-state" />;
    case "confirmed":
      if (compact) return null;
      return (
        <Text size="sm" c="dimmed" data-testid="grant-state" data-state="confirmed">
          {t("grants.confirmedAt", { time: brief(state.at) })}
          {" · "}
          {grant.openedRecords > 0 && grant.lastOpened
            ? t("grants.opened", { count: grant.openedRecords, date: day(grant.lastOpened) })
            : t("grants.openedNone")}
        </Text>
      );
    case "stopping":
      return (
        <Group gap={6} c="var(--ck-warn)" data-testid="grant-state" data-state="stopping">
          <IconClock size={16} aria-hidden />
          <Text size="sm">{t("grants.stopping")}</Text>
        </Group>
      );
    case "stopped":
      return (
        <Text size="sm" c="dimmed" data-testid="grant-state" data-state="stopped">
          {grant.openedRecords > 0
            ? t("grants.stopped", { count: grant.openedRecords, name, time: brief(state.at) })
            : t("grants.stoppedNone", { name, time: brief(state.at) })}
        </Text>
      );
    case "expired":
      return (
        <Badge variant="default" tt="none" data-testid="grant-state" data-state="expired">
          {grant.until ? t("grants.expired", { date: day(grant.until) }) : t("grants.ended")}
        </Badge>
      );
  }
}

/** Two clicks: the first says what will happen, the second does it. */
export function StopButton({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const revoke = useDo("grants_revoke", close);
  const name = grant.grantee.name;
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      width={320}
      position="bottom-end"
      withArrow
      trapFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          size="sm"
          className="ck-fixed"
          onClick={toggle}
          aria-label={`${t("grants.stop")}: ${name}`}
          data-testid="grant-stop"
        >
          {t("grants.stop")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown bg="var(--ck-surface)">
        <Stack gap="sm">
          <Text fw={600}>{t("grants.stopAsk", { name, what: yours(t, grant.what) })}</Text>
          <Text size="sm" c="dimmed">
            {t("grants.stopKeeps", { name })}
          </Text>
          {revoke.isError && <ErrorNotice error={revoke.error} />}
          <Group gap="xs">
            <Button
              color="red"
              leftSection={<IconHandStop size={18} aria-hidden />}
              loading={revoke.isPending}
              onClick={() => revoke.mutate({ grantId: grant.id })}
              data-testid="grant-stop-confirm"
            >
              {t("grants.stopNow")}
            </Button>
            <Button variant="subtle" color="gray" onClick={close}>
              {t("app.cancel")}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
