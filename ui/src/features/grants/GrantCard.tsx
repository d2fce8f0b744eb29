import { Badge, Group, Stack, Text } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { brief, day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import { PersonBadge } from "@/components/PersonBadge";
import { about } from "@/components/person";
import { ChangeButton } from "./ChangeGrant";
import { PartsDone } from "./GrantSent";
import { PersonLink } from "./PersonLink";
import { StateSteps } from "./StateSteps";
import { OpenedBefore, StopButton } from "./StopGrant";
import { yours } from "./words";

export function isLive(grant: GrantView): boolean {
  return grant.state.state !== "stopped" && grant.state.state !== "expired";
}

/** Can be changed or stopped. */
export function isOpen(grant: GrantView): boolean {
  return isLive(grant) && grant.state.state !== "stopping";
}

/** One grant on the home page: who, what, until when, and a way to stop it. */
export function GrantCard({ grant }: { grant: GrantView }) {
  return (
    <div
      className="ck-row ck-top"
      data-testid="grant-row"
      data-grant={grant.id}
      data-state={grant.state.state}
    >
      <PersonBadge {...grant.grantee} />
      <Stack gap={2} className="ck-grow">
        <div>
          <PersonLink person={grant.grantee} />{" "}
          <Text span c="dimmed" size="sm">
            {about(grant.grantee)}
          </Text>
        </div>
        <What grant={grant} size="sm" />
        {grant.state.state !== "confirmed" && <GrantProgress grant={grant} />}
      </Stack>
      {isOpen(grant) && <StopButton grant={grant} />}
    </div>
  );
}

/** One of the grants of a person whose name stands above. */
export function GrantLine({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  return (
    <div
      className="ck-row ck-top ck-wrap"
      data-testid="grant-row"
      data-grant={grant.id}
      data-state={grant.state.state}
    >
      <Stack gap={2} className="ck-grow ck-line">
        <What grant={grant} />
        <Text size="sm" c="dimmed">
          {[
            t(`purpose.${grant.purpose}`),
            t("grants.since", { date: day(grant.created) }),
            grant.changed ? t("grants.changedOn", { date: day(grant.changed) }) : null,
            grant.note,
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <GrantProgress grant={grant} />
      </Stack>
      {isOpen(grant) && (
        <Group gap="xs" wrap="nowrap">
          <ChangeButton grant={grant} />
          <StopButton grant={grant} />
        </Group>
      )}
    </div>
  );
}

function What({ grant, size }: { grant: GrantView; size?: "sm" }) {
  const { t } = useTranslation();
  const live = isLive(grant);
  return (
    <Text size={size}>
      {t(live ? "grants.canRead" : "grants.couldRead", { what: yours(t, grant.what) })}
      {live && ` · ${grant.until ? t("grants.until", { date: day(grant.until) }) : t("app.noEnd")}`}
    </Text>
  );
}

function GrantProgress({ grant }: { grant: GrantView }) {
  const { t } = useTranslation();
  const name = grant.grantee.name;
  const { state } = grant;
  const last = grant.opened[0];
  switch (state.state) {
    case "saved":
    case "sent":
      return (
        <>
          <StateSteps state={state.state} testId="grant-state" />
          {grant.parts > 1 && <PartsDone grant={grant} />}
        </>
      );
    case "confirmed":
      return (
        <Text size="sm" c="dimmed" data-testid="grant-state" data-state="confirmed">
          {t("grants.confirmedAt", { time: brief(state.at) })}
          {" · "}
          {last
            ? t("grants.opened", { count: grant.opened.length, date: day(last.at) })
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
        <div data-testid="grant-state" data-state="stopped">
          <Text size="sm" c="dimmed">
            {t("grants.stoppedAt", { time: brief(state.at) })}
          </Text>
          <OpenedBefore name={name} opened={grant.opened} />
        </div>
      );
    case "expired":
      return (
        <Badge variant="default" tt="none" data-testid="grant-state" data-state="expired">
          {grant.until ? t("grants.expired", { date: day(grant.until) }) : t("grants.ended")}
        </Badge>
      );
  }
}
