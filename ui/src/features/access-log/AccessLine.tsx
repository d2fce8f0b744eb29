import { Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconClock, IconHandStop } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { brief } from "@/app/locale";
import type { AccessRow } from "@/bindings/AccessRow";
import { PersonBadge } from "@/components/PersonBadge";
import { PersonLink } from "@/features/grants/PersonLink";

export function whatWasRead(t: TFunction, row: AccessRow): string {
  if (row.recordTitle) return row.recordTitle;
  return row.collection ? t("access.list", { what: t(`yours.${row.collection}`) }) : "";
}

/** One access in a short list. */
export function AccessLine({ row }: { row: AccessRow }) {
  const { t } = useTranslation();
  return (
    <div className="ck-row" data-testid="access-row" data-flagged={row.flagged} data-outcome={row.outcome}>
      <PersonBadge {...row.reader} />
      <span className="ck-grow">
        <PersonLink person={row.reader} />
        <Text component="span" display="block" size="sm" c="dimmed">
          {`${whatWasRead(t, row)} · ${brief(row.at)}`}
        </Text>
      </span>
      <OutcomeMark row={row} />
    </div>
  );
}

/** Whether the read adds up, by shape and word. */
export function OutcomeMark({ row, withText }: { row: AccessRow; withText?: boolean }) {
  const { t } = useTranslation();
  const mark = markOf(row);
  const label = t(mark.label);
  const MarkIcon = mark.icon;
  const icon = <MarkIcon size={20} color={mark.color} aria-hidden={withText} role="img" aria-label={label} />;
  if (!withText && !row.flagged) return <Tooltip label={label}>{icon}</Tooltip>;
  return (
    <span className="ck-mark">
      <MarkIcon size={20} color={mark.color} aria-hidden />
      <Text span size="sm" fw={row.flagged ? 650 : 400} c={row.flagged ? mark.color : undefined}>
        {label}
      </Text>
    </span>
  );
}

function markOf(row: AccessRow) {
  if (row.notTheReader) {
    return { icon: IconAlertTriangle, color: "var(--ck-bad)", label: "access.notTheReader" } as const;
  }
  if (row.outcome === "refused") {
    return { icon: IconHandStop, color: "var(--ck-warn)", label: "access.refused" } as const;
  }
  switch (row.agreement) {
    case "both":
      return { icon: IconCircleCheck, color: "var(--ck-good)", label: "access.both" } as const;
    case "waiting":
      return { icon: IconClock, color: "var(--mantine-color-dimmed)", label: "access.waiting" } as const;
    case "onlyHospital":
      return { icon: IconAlertTriangle, color: "var(--ck-warn)", label: "access.onlyHospital" } as const;
    case "onlyReader":
      return { icon: IconAlertTriangle, color: "var(--ck-warn)", label: "access.onlyReader" } as const;
  }
}
