import {
  ActionIcon,
  Button,
  Card,
  Group,
  Menu,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconChevronUp, IconDownload, IconEye, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Fragment, memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "@/app/locale";
import type { AccessFilter } from "@/bindings/AccessFilter";
import type { AccessFormat } from "@/bindings/AccessFormat";
import type { AccessRow } from "@/bindings/AccessRow";
import type { AccessWhich } from "@/bindings/AccessWhich";
import { CopyValue, PlainValue } from "@/components/CopyValue";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { PersonBadge } from "@/components/PersonBadge";
import { fullName } from "@/components/person";
import { isOpen } from "@/features/grants/GrantCard";
import { PersonLink } from "@/features/grants/PersonLink";
import { StopButton } from "@/features/grants/StopGrant";
import { type CallError, host, type ResponseOf } from "@/platform";
import { useAsk, useDo } from "@/platform/queries";
import { OutcomeMark, whatWasRead } from "./AccessLine";
import { adviceOn } from "./advice";

const PAGE = 100;

const WHICH: AccessWhich[] = ["all", "opened", "flagged", "refused"];

/** Days back; null for all of it. */
const PERIODS = { all: null, week: 7, month: 31, year: 366 } as const;
type Period = keyof typeof PERIODS;

/** Every access, with what does not add up standing out. */
export function AccessLogPage() {
  const { t, i18n } = useTranslation();
  const search = useSearch({ from: "/activity" });
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const [now] = useState(() => Date.now());
  const change = (part: Partial<typeof search>) =>
    navigate({ to: "/activity", search: { ...search, ...part }, replace: true });
  const period: Period = search.period && search.period in PERIODS ? (search.period as Period) : "all";
  const which = WHICH.find((one) => one === search.which) ?? "all";
  const filter = useMemo<AccessFilter>(() => {
    const days = PERIODS[period];
    return {
      which,
      personId: search.person ?? null,
      recordId: search.record ?? null,
      from: days === null ? null : now - days * 24 * 3600 * 1000,
      to: null,
      text: wanted === "" ? null : wanted,
    };
  }, [which, period, search.person, search.record, wanted, now]);
  const log = useInfiniteQuery<ResponseOf<"access_log">, CallError>({
    queryKey: ["access_log", filter],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => host.call("access_log", { filter, offset: pageParam as number, limit: PAGE }),
    getNextPageParam: (last, pages) => {
      const shown = pages.reduce((sum, page) => sum + page.rows.length, 0);
      return shown < last.total ? shown : undefined;
    },
    placeholderData: keepPreviousData,
  });
  const first = log.data?.pages[0];
  const rows = log.data?.pages.flatMap((page) => page.rows) ?? [];
  const narrowed = which !== "all" || period !== "all" || search.person || search.record || wanted !== "";
  const save = useDo("access_export", () => notifications.show({ message: t("access.saved") }));
  const exportAs = async (format: AccessFormat) => {
    const path = await host.pickSavePath(t("access.export"), `${t("access.fileName")}.${format}`);
    if (path) save.mutate({ filter, path, format, language: i18n.language === "de" ? "de" : "en" });
  };
  return (
    <Page
      title={t("access.title")}
      lead={t("access.lead")}
      actions={
        <Menu width={300} position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconDownload size={18} aria-hidden />}
              loading={save.isPending}
              data-testid="access-export"
            >
              {t("access.export")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => exportAs("csv")} data-testid="access-export-csv">
              {t("access.exportCsv")}
            </Menu.Item>
            <Menu.Item onClick={() => exportAs("json")} data-testid="access-export-json">
              {t("access.exportJson")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Stack gap="sm">
        <div className="ck-filters">
          <TextInput
            aria-label={t("access.search")}
            placeholder={t("access.search")}
            leftSection={<IconSearch size={18} aria-hidden />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-testid="access-search"
          />
          <Select
            aria-label={t("access.who")}
            placeholder={t("access.anybody")}
            data={(first?.people ?? []).map((person) => ({
              value: person.id,
              label: fullName(person) || "?",
            }))}
            value={search.person ?? null}
            onChange={(person) => change({ person: person ?? undefined })}
            clearable
            searchable
            data-testid="access-person"
          />
          <Select
            aria-label={t("access.what")}
            placeholder={t("access.anything")}
            data={(first?.records ?? []).map((record) => ({ value: record.id, label: record.title }))}
            value={search.record ?? null}
            onChange={(record) => change({ record: record ?? undefined })}
            clearable
            searchable
            data-testid="access-record"
          />
          <Select
            aria-label={t("access.when")}
            data={(Object.keys(PERIODS) as Period[]).map((one) => ({
              value: one,
              label: t(`access.period.${one}`),
            }))}
            value={period}
            onChange={(value) => change({ period: value === "all" || !value ? undefined : value })}
            allowDeselect={false}
            data-testid="access-period"
          />
        </div>
        <SegmentedControl
          aria-label={t("access.which.label")}
          data={WHICH.map((one) => ({
            value: one,
            label:
              one === "flagged" && first
                ? `${t("access.which.flagged")} (${first.flagged})`
                : t(`access.which.${one}`),
          }))}
          value={which}
          onChange={(value) => change({ which: value === "all" ? undefined : value })}
          data-testid="access-which"
        />
      </Stack>
      {save.isError && <ErrorNotice error={save.error} />}
      {log.isPending && <RowSkeletons rows={6} />}
      {log.isError && <ErrorNotice error={log.error} retry={() => log.refetch()} />}
      {first && rows.length === 0 && (
        <Empty
          icon={IconEye}
          text={t(
            which === "flagged" ? "access.emptyFlagged" : narrowed ? "access.emptyFilter" : "access.empty",
          )}
        />
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
          <Group justify="space-between" p="xs">
            <Text size="sm" c="dimmed" data-testid="access-count">
              {t("access.shown", { shown: rows.length, total: first?.total ?? rows.length })}
            </Text>
            {log.hasNextPage && (
              <Button
                variant="default"
                size="sm"
                loading={log.isFetchingNextPage}
                onClick={() => log.fetchNextPage()}
                data-testid="access-more"
              >
                {t("access.showMore")}
              </Button>
            )}
          </Group>
        </Card>
      )}
    </Page>
  );
}

/** Kept as it is while one types above it: there may be thousands. */
const AccessEntry = memo(function AccessEntry({ row }: { row: AccessRow }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const name = row.reader.name;
  const advice = adviceOn(row);
  const grants = useAsk("grants_list", {}, { enabled: row.flagged });
  const grant = grants.data?.grants.find((one) => one.id === row.grantId && isOpen(one));
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
            data-testid="access-details"
          >
            {opened ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
          </ActionIcon>
        </td>
      </tr>
      {(opened || advice) && (
        <tr className={row.flagged ? "ck-flagged ck-joined" : "ck-joined"}>
          <td colSpan={4}>
            <Stack gap="xs" className="ck-advice">
              {advice && (
                <div data-testid="access-advice" data-kind={advice}>
                  <Text size="sm">{t(`access.means.${advice}`, { name, hospital: row.hospital })}</Text>
                  <Text size="sm" fw={600}>
                    {t(`access.todo.${advice}`, { name, hospital: row.hospital })}
                  </Text>
                </div>
              )}
              {grant && (
                <div>
                  <StopButton grant={grant} compact />
                </div>
              )}
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
});
