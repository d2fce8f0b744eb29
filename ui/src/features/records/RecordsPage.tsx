import { Button, Card, Group, Menu, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconActivityHeartbeat,
  IconChecks,
  IconChevronDown,
  IconFileText,
  IconFileUpload,
  IconNote,
  IconPlus,
  IconReportMedical,
  IconSearch,
} from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReadingView } from "@/bindings/ReadingView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { ButtonLink } from "@/components/links";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { Timeline } from "@/components/Timeline";
import { useDo } from "@/platform/queries";
import { isCollection } from "./collections";
import { EntryDialog } from "./EntryDialog";
import { ImportDialog } from "./ImportDialog";
import {
  askedFor,
  CollectionChips,
  countFilters,
  FilterMenu,
  type Filters,
  NO_FILTERS,
} from "./RecordFilters";
import { useTimeline } from "./useTimeline";

type Adding = "files" | "note" | "measurement" | null;

/** All of the person's own records. */
export function RecordsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/records" });
  const navigate = useNavigate();
  const collection = isCollection(search.collection) ? search.collection : null;
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const [adding, setAdding] = useState<Adding>(null);
  const request = { collection, text: wanted === "" ? null : wanted, ...askedFor(filters) };
  const { first, source } = useTimeline(request);
  const view = first.data;
  const years = useAllYears(
    source.years,
    countFilters(filters) === 0 && wanted === "" && collection === null,
  );
  const filtered = collection !== null || wanted !== "" || countFilters(filters) > 0;
  const readAll = useDo("records_read_all", () => notifications.show({ message: t("filters.readAllDone") }));
  return (
    <Page title={t("records.title")} actions={<AddMenu onAdd={setAdding} />}>
      <Group gap="sm" wrap="nowrap">
        <TextInput
          className="ck-grow"
          aria-label={t("records.search")}
          placeholder={t("records.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid="record-search"
        />
        {view && <FilterMenu view={view} years={years} value={filters} onChange={setFilters} />}
      </Group>
      {view && (
        <CollectionChips
          view={view}
          value={collection}
          onChange={(value) => navigate({ to: "/records", search: value ? { collection: value } : {} })}
        />
      )}
      {view && <Reading reading={view.reading} />}
      {first.isPending && <RowSkeletons rows={7} />}
      {first.isError && <ErrorNotice error={first.error} retry={() => first.refetch()} />}
      {view && source.total === 0 && (
        <Empty icon={IconFileText} text={t(filtered ? "records.emptyFilter" : "records.empty")} />
      )}
      {view && source.total > 0 && (
        <Card p="xs" data-testid="records-list">
          <Timeline
            source={source}
            side={
              <Group gap="md">
                {filtered && (
                  <Text size="sm" c="dimmed" role="status">
                    {t("filters.found", { count: source.total })}
                  </Text>
                )}
                {view.unread > 0 && (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    leftSection={<IconChecks size={18} aria-hidden />}
                    loading={readAll.isPending}
                    onClick={() => readAll.mutate({})}
                    data-testid="read-all"
                  >
                    {t("filters.readAll")}
                  </Button>
                )}
              </Group>
            }
          />
        </Card>
      )}
      <ImportDialog opened={adding === "files"} onClose={() => setAdding(null)} />
      <EntryDialog
        kind={adding === "note" ? "note" : "measurement"}
        opened={adding === "note" || adding === "measurement"}
        onClose={() => setAdding(null)}
      />
    </Page>
  );
}

/** The years of the whole list, also while it is narrowed. */
function useAllYears(years: { year: number | null }[], whole: boolean): number[] {
  const known = useRef<number[]>([]);
  const found = years.flatMap(({ year }) => (year === null ? [] : [year]));
  if (whole || known.current.length === 0) known.current = found;
  return known.current;
}

function AddMenu({ onAdd }: { onAdd: (what: Adding) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <ButtonLink
        to="/records/summary"
        variant="default"
        leftSection={<IconReportMedical size={18} aria-hidden />}
        data-testid="summary-open"
      >
        {t("summary.open")}
      </ButtonLink>
      <Menu width={300} position="bottom-end">
        <Menu.Target>
          <Button
            leftSection={<IconPlus size={18} aria-hidden />}
            rightSection={<IconChevronDown size={16} aria-hidden />}
            data-testid="record-add"
          >
            {t("entries.add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconFileUpload size={18} aria-hidden />}
            onClick={() => onAdd("files")}
            data-testid="add-files"
          >
            {t("entries.addFiles")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconNote size={18} aria-hidden />}
            onClick={() => onAdd("note")}
            data-testid="add-note"
          >
            {t("entries.addNote")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconActivityHeartbeat size={18} aria-hidden />}
            onClick={() => onAdd("measurement")}
            data-testid="add-measurement"
          >
            {t("entries.addMeasurement")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Says that the search does not cover everything yet. */
function Reading({ reading }: { reading: ReadingView }) {
  const { t } = useTranslation();
  const change = useDo("records_reading");
  const { left, paused } = reading;
  if (left === 0) return null;
  return (
    <Group gap="xs" data-testid="reading-ahead">
      <Text size="sm" c="dimmed">
        {t(paused ? "filters.paused" : "filters.reading", { count: left })}
      </Text>
      <Button size="compact-sm" variant="subtle" onClick={() => change.mutate({ paused: !paused })}>
        {t(paused ? "filters.goOn" : "filters.pause")}
      </Button>
    </Group>
  );
}
