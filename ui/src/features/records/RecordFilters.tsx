import { Badge, Button, Checkbox, Chip, Group, Popover, Select, Stack } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Collection } from "@/bindings/Collection";
import type { RecordKind } from "@/bindings/RecordKind";
import type { RecordsView } from "@/bindings/RecordsView";

/** What the list is narrowed to, besides its collection and the words searched for. */
export interface Filters {
  kind: RecordKind | null;
  author: string | null;
  fromYear: number | null;
  toYear: number | null;
  unread: boolean;
  own: boolean;
}

export const NO_FILTERS: Filters = {
  kind: null,
  author: null,
  fromYear: null,
  toYear: null,
  unread: false,
  own: false,
};

export function countFilters(filters: Filters): number {
  const { kind, author, fromYear, toYear, unread, own } = filters;
  return [kind, author, fromYear ?? toYear, unread, own].filter(Boolean).length;
}

/** The same as the program is asked: years as the moments at which they begin, in UTC. */
export function askedFor({ kind, author, fromYear, toYear, unread, own }: Filters) {
  return {
    kind,
    author,
    from: fromYear === null ? null : Date.UTC(fromYear, 0, 1),
    to: toYear === null ? null : Date.UTC(toYear + 1, 0, 1),
    unread: unread || null,
    own: own || null,
  };
}

export function CollectionChips(props: {
  view: RecordsView;
  value: Collection | null;
  onChange: (value: Collection | null) => void;
}) {
  const { t } = useTranslation();
  const { view, value } = props;
  const all = view.collections.reduce((sum, one) => sum + one.count, 0);
  return (
    <Chip.Group
      value={value ?? "all"}
      onChange={(chosen) => props.onChange(chosen === "all" ? null : (chosen as Collection))}
    >
      <Group gap="xs">
        <Chip value="all" wrapperProps={{ "data-testid": "collection-all" }}>
          {`${t("records.all")} ${all}`}
        </Chip>
        {view.collections
          .filter((one) => one.count > 0 || one.collection === value)
          .map((one) => (
            <Chip
              key={one.collection}
              value={one.collection}
              wrapperProps={{ "data-testid": `collection-${one.collection}` }}
            >
              {`${t(`collection.${one.collection}`)} ${one.count}`}
            </Chip>
          ))}
      </Group>
    </Chip.Group>
  );
}

export function FilterMenu(props: {
  view: RecordsView;
  years: number[];
  value: Filters;
  onChange: (value: Filters) => void;
}) {
  const { t } = useTranslation();
  const { view, value } = props;
  const set = (part: Partial<Filters>) => props.onChange({ ...value, ...part });
  const count = countFilters(value);
  const years = props.years.map(String);
  const yearOf = (chosen: string | null) => (chosen === null ? null : Number(chosen));
  return (
    <Popover position="bottom-end" width={320} trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={18} aria-hidden />}
          rightSection={count > 0 ? <Badge circle>{count}</Badge> : undefined}
          data-testid="filters-open"
        >
          {t("filters.filters")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm" data-testid="filters">
          <Select
            label={t("filters.kind")}
            placeholder={t("filters.any")}
            clearable
            comboboxProps={{ withinPortal: false }}
            data={view.kinds.map(({ kind, count: many }) => ({
              value: kind,
              label: `${t(`kind.${kind}`)} · ${many}`,
            }))}
            value={value.kind}
            onChange={(kind) => set({ kind: kind as RecordKind | null })}
            data-testid="filter-kind"
          />
          <Select
            label={t("filters.author")}
            placeholder={t("filters.any")}
            clearable
            searchable
            comboboxProps={{ withinPortal: false }}
            data={view.authors.map(({ author, count: many }) => ({
              value: author.id,
              label: `${author.name} · ${many}`,
            }))}
            value={value.author}
            onChange={(author) => set({ author })}
            data-testid="filter-author"
          />
          <Group grow>
            <Select
              label={t("filters.from")}
              placeholder={t("filters.any")}
              clearable
              comboboxProps={{ withinPortal: false }}
              data={years}
              value={value.fromYear === null ? null : String(value.fromYear)}
              onChange={(chosen) => set({ fromYear: yearOf(chosen) })}
              data-testid="filter-from"
            />
            <Select
              label={t("filters.to")}
              placeholder={t("filters.any")}
              clearable
              comboboxProps={{ withinPortal: false }}
              data={years}
              value={value.toYear === null ? null : String(value.toYear)}
              onChange={(chosen) => set({ toYear: yearOf(chosen) })}
              data-testid="filter-to"
            />
          </Group>
          <Checkbox
            label={t("filters.unread")}
            checked={value.unread}
            onChange={(event) => set({ unread: event.currentTarget.checked })}
            data-testid="filter-unread"
          />
          <Checkbox
            label={t("filters.own")}
            checked={value.own}
            onChange={(event) => set({ own: event.currentTarget.checked })}
            data-testid="filter-own"
          />
          <Button
            variant="default"
            disabled={count === 0}
            onClick={() => props.onChange(NO_FILTERS)}
            data-testid="filters-clear"
          >
            {t("filters.clear")}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
