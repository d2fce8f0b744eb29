import { ActionIcon, Card, Group, Stack, Switch, Text } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconEye } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { AccessRow } from "@/bindings/AccessRow";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { PersonLink } from "@/features/grants/PersonLink";
import { useAsk } from "@/platform/queries";
import { OutcomeMark, whatWasRead } from "./AccessLine";

/** Every access, with what does not add up standing out. */
export function AccessLogPage() {
  const { t } = useTranslation();
  const [flaggedOnly, setFlaggedOnly] = useState(false);
  const log = useAsk("access_log", { flaggedOnly });
  const rows = log.data?.rows ?? [];
  return (
    <Page
      title={t("access.title")}
      lead={t("access.lead")}
      actions={
        <Switch
          label={t("access.onlyFlagged")}
          checked={flaggedOnly}
          onChange={(event) => setFlaggedOnly(event.currentTarget.checked)}
          data-testid="access-flagged-only"
        />
      }
    >
      {log.isPending && <RowSkeletons rows={6} />}
      {log.isError && <ErrorNotice error={log.error} retry={() => log.refetch()} />}
      {log.data && rows.length === 0 && (
        <Empty icon={IconEye} text={t(flaggedOnly ? "access.emptyFlagged" : "access.empty")} />
      )}
      {rows.length > 0 && (
        <Card p="xs" className="ck-scroll">
          <table className="ck-table" data-testid="access-table">
            <thead>
              <tr>
                <th>{t("access.who")}</th>
                <th>{t("access.what")}</th>
                <th>{t("access.when")}</th>
                <th aria-label={t("app.details")} />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <AccessEntry key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </Page>
  );
}

function AccessEntry({ row }: { row: AccessRow }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const name = row.reader.name;
  const hint =
    row.outcome === "refused"
      ? t("access.refusedHint", { name })
      : row.agreement === "onlyHospital" && row.flagged
        ? t("access.onlyHospitalHint", { name, hospital: row.hospital })
        : row.agreement === "onlyReader" && row.flagged
          ? t("access.onlyReaderHint", { name, hospital: row.hospital })
          : null;
  return (
    <Fragment>
      <tr
        data-testid="access-row"
        data-flagged={row.flagged}
        data-outcome={row.outcome}
        className={row.flagged ? "ck-flagged" : undefined}
      >
        <td>
          <Group gap="sm" wrap="nowrap">
            <PersonBadge {...row.reader} size={32} />
            <PersonLink person={row.reader} />
          </Group>
        </td>
        <td>
          <Text>{whatWasRead(t, row)}</Text>
          {row.purpose && (
            <Text size="sm" c="dimmed">
              {t(`purpose.${row.purpose}`)}
            </Text>
          )}
          {row.flagged && <OutcomeMark row={row} withText />}
        </td>
        <td>{moment(row.at)}</td>
        <td>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${t("access.show")}: ${name}, ${moment(row.at)}`}
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            {opened ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
          </ActionIcon>
        </td>
      </tr>
      {(opened || hint) && (
        <tr className={row.flagged ? "ck-flagged ck-joined" : "ck-joined"}>
          <td colSpan={4}>
            <Stack gap="xs">
              {hint && <Text size="sm">{hint}</Text>}
              {opened && (
                <>
                  <OutcomeMark row={row} withText />
                  <PlainValue label={t("access.hospital")} value={row.hospital} />
                  {row.refusal && <PlainValue label={t("access.refused")} value={row.refusal} />}
                  {row.receiptHeight !== null && (
                    <PlainValue label={t("access.receipt")} value={String(row.receiptHeight)} />
                  )}
                  {row.evidence && <CopyValue label={t("access.evidence")} value={row.evidence} />}
                </>
              )}
            </Stack>
          </td>
        </tr>
      )}
    </Fragment>
  );
}
