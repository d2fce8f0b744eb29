import { Badge, Group, Text, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconFile,
  IconFileText,
  IconFileTypePdf,
  IconHeartbeat,
  IconNote,
  IconPhoto,
  IconShieldX,
  IconWaveSine,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { RecordKind } from "@/bindings/RecordKind";
import type { RecordRow } from "@/bindings/RecordRow";
import { useAsk } from "@/platform/queries";

const ICONS: Record<RecordKind, Icon> = {
  clinical: IconHeartbeat,
  image: IconPhoto,
  signal: IconWaveSine,
  text: IconNote,
  pdf: IconFileTypePdf,
  file: IconFile,
};

export function RecordIcon({ kind, size = 24 }: { kind: RecordKind; size?: number }) {
  const KindIcon = ICONS[kind] ?? IconFileText;
  return <KindIcon size={size} stroke={1.5} color="var(--mantine-primary-color-light-color)" aria-hidden />;
}

/** A few records, newest first. A list that may grow long is a `Timeline`. */
export function RecordRows(props: { rows: RecordRow[]; patientId?: string; compact?: boolean }) {
  return (
    <div className="ck-rows">
      {props.rows.map((row) => (
        <RecordLink key={row.id} row={row} patientId={props.patientId} compact={props.compact} />
      ))}
    </div>
  );
}

/** One record; the whole row opens. `patientId` is set in somebody else's records. */
export function RecordLink(props: { row: RecordRow; patientId?: string; compact?: boolean }) {
  const { row, patientId, compact } = props;
  const common = { className: "ck-row", "data-testid": "record-row", "data-record": row.id };
  return patientId === undefined ? (
    <Link to="/records/$recordId" params={{ recordId: row.id }} {...common}>
      <RecordLine row={row} compact={compact} />
    </Link>
  ) : (
    <Link to="/shared/$patientId/$recordId" params={{ patientId, recordId: row.id }} {...common}>
      <RecordLine row={row} compact={compact} />
    </Link>
  );
}

/** Title, author, date and marks of a record, without being a link. */
export function RecordLine({ row, compact }: { row: RecordRow; compact?: boolean }) {
  const { t } = useTranslation();
  const by = row.selfReported
    ? t("app.selfReported")
    : row.author.hospital
      ? t("records.by", { name: row.author.name, hospital: row.author.hospital })
      : row.author.name;
  return (
    <>
      <RecordIcon kind={row.kind} />
      <span className="ck-grow">
        <Group gap="xs" component="span" wrap="wrap">
          <Text span fw={row.unread ? 700 : 550} data-testid="record-title">
            {row.title}
          </Text>
          {row.unread && (
            <Badge size="sm" variant="filled" tt="none">
              {t("app.new")}
            </Badge>
          )}
          {row.changed && (
            <Badge size="sm" variant="default" tt="none">
              {t("entries.changedMark")}
            </Badge>
          )}
          {row.category === "Advice" && (
            <Badge size="sm" variant="light" tt="none" data-testid="record-advice">
              {t("advice.badge")}
            </Badge>
          )}
          <OutOfRange count={row.outOfRange} />
        </Group>
        <Text component="span" display="block" size="sm" c="dimmed">
          {compact ? `${by} · ${day(row.date)}` : `${by} · ${t(`collection.${row.collection}`)}`}
        </Text>
      </span>
      {!compact && (
        <Text span size="sm" c="dimmed" className="ck-nowrap">
          {day(row.date)}
        </Text>
      )}
      <TrustMark row={row} />
    </>
  );
}

function OutOfRange({ count }: { count: number | null }) {
  const { t } = useTranslation();
  if (!count) return null;
  return (
    <Group gap={4} component="span" wrap="nowrap" c="var(--ck-warn)">
      <IconAlertTriangle size={16} aria-hidden />
      <Text span size="sm" fw={600}>
        {t("records.outOfRange", { count })}
      </Text>
    </Group>
  );
}

function TrustMark({ row }: { row: RecordRow }) {
  const { t } = useTranslation();
  const offline = useAsk("network_state", {}).data?.phase === "offline";
  const marks = {
    verified: { icon: IconCircleCheck, color: "var(--ck-good)", label: t("records.checked") },
    pending: {
      icon: IconClock,
      color: "var(--mantine-color-dimmed)",
      label: t(offline ? "entries.waitsOnline" : "records.pending"),
    },
    failed: { icon: IconShieldX, color: "var(--ck-bad)", label: t("records.failed") },
  } as const;
  const { icon: MarkIcon, color, label } = marks[row.trust];
  return (
    <Tooltip label={label}>
      <MarkIcon size={20} color={color} role="img" aria-label={label} data-testid={`trust-${row.trust}`} />
    </Tooltip>
  );
}
