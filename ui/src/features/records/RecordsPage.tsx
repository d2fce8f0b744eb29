import { Button, Card, Chip, Group, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconFilePlus, IconFileText, IconReport, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Empty, Page, RowSkeletons } from "@/components/Page";
import { TimelineOf } from "@/components/Timeline";
import { type CallError, host, type ResponseOf } from "@/platform";
import { isCollection } from "./collections";
import { ImportDialog } from "./ImportDialog";

/** All of the person's own records. */
export function RecordsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/records" });
  const navigate = useNavigate();
  const collection = isCollection(search.collection) ? search.collection : null;
  const [text, setText] = useState("");
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const [adding, add] = useDisclosure(false);
  const request = { collection, text: wanted === "" ? null : wanted };
  const list = useQuery<ResponseOf<"records_list">, CallError>({
    queryKey: ["records_list", request],
    queryFn: () => host.call("records_list", request),
    placeholderData: keepPreviousData,
  });
  const filtered = collection !== null || wanted !== "";
  const all = (list.data?.collections ?? []).reduce((sum, one) => sum + one.count, 0);
  const addButton = (
    <Button
      leftSection={<IconFilePlus size={18} aria-hidden />}
      variant="default"
      onClick={add.open}
      data-testid="record-add"
    >
      {t("records.add")}
    </Button>
  );
  return (
    <Page
      title={t("records.title")}
      actions={
        <>
          <Button
            component={Link}
            to="/records/summary"
            variant="default"
            leftSection={<IconReport size={18} aria-hidden />}
            data-testid="summary-open"
          >
            {t("summary.open")}
          </Button>
          {addButton}
        </>
      }
    >
      <TextInput
        aria-label={t("records.search")}
        placeholder={t("records.search")}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="record-search"
      />
      {list.data && (
        <Chip.Group
          value={collection ?? "all"}
          onChange={(value) =>
            navigate({ to: "/records", search: value === "all" ? {} : { collection: String(value) } })
          }
        >
          <Group gap="xs">
            <Chip value="all" wrapperProps={{ "data-testid": "collection-all" }}>
              {`${t("records.all")} ${all}`}
            </Chip>
            {(list.data?.collections ?? [])
              .filter((one) => one.count > 0 || one.collection === collection)
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
      )}
      {list.isPending && <RowSkeletons rows={7} />}
      {list.isError && <ErrorNotice error={list.error} retry={() => list.refetch()} />}
      {list.data && list.data.records.length === 0 && (
        <Empty icon={IconFileText} text={t(filtered ? "records.emptyFilter" : "records.empty")} />
      )}
      {list.data && list.data.records.length > 0 && (
        <Card p="xs" data-testid="records-list">
          <TimelineOf rows={list.data.records} />
        </Card>
      )}
      <ImportDialog opened={adding} onClose={add.close} />
    </Page>
  );
}
