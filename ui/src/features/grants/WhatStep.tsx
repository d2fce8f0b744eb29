import { Alert, Checkbox, Radio, ScrollArea, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { Collection } from "@/bindings/Collection";
import type { RecordRow } from "@/bindings/RecordRow";
import { COLLECTIONS } from "@/features/records/collections";
import { type GrantDraft, recordsOf, type Scope } from "./draft";

/** So many single records can be given at once; the program says the same. */
export const PARTS_MAX = 200;

const SHOWN_MAX = 80;

const SCOPES: Scope[] = ["everything", "collections", "record"];

/** Everything, some collections, or single records; with or without what is still to come. */
export function WhatStep(props: {
  draft: GrantDraft;
  onChange: (part: Partial<GrantDraft>) => void;
  records: RecordRow[];
}) {
  const { t } = useTranslation();
  const { draft, onChange, records } = props;
  const today = recordsOf(draft, records).length;
  const asks =
    draft.scope === "everything" || (draft.scope === "collections" && draft.collections.length > 0);
  return (
    <Stack gap="md">
      <SegmentedControl
        fullWidth
        aria-label={t("grants.what")}
        data={SCOPES.map((scope) => ({ value: scope, label: t(`grants.scope.${scope}`) }))}
        value={draft.scope}
        onChange={(scope) => onChange({ scope: scope as Scope })}
        data-testid="grant-scope"
      />
      {draft.scope === "everything" && <Text>{t("grants.everythingHint")}</Text>}
      {draft.scope === "collections" && (
        <Checkbox.Group
          aria-label={t("grants.scope.collections")}
          value={draft.collections}
          onChange={(collections) => onChange({ collections: collections as Collection[] })}
        >
          <div className="ck-choices">
            {COLLECTIONS.map((collection) => (
              <Checkbox
                key={collection}
                value={collection}
                label={t(`collection.${collection}`)}
                description={t("shared.count", {
                  count: records.filter((row) => row.collection === collection).length,
                })}
                data-testid={`grant-collection-${collection}`}
              />
            ))}
          </div>
        </Checkbox.Group>
      )}
      {draft.scope === "record" && <RecordChoice {...props} />}
      {asks && (
        <Radio.Group
          label={t("grants.futureAsk")}
          value={draft.future ? "yes" : "no"}
          onChange={(value) => onChange({ future: value === "yes" })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="yes" label={t("grants.futureYes")} data-testid="grant-future-yes" />
            <Radio
              value="no"
              label={t("grants.futureNo", { count: today })}
              disabled={today === 0 || today > PARTS_MAX}
              data-testid="grant-future-no"
            />
          </Stack>
        </Radio.Group>
      )}
      {asks && today > PARTS_MAX && (
        <Alert color="amber" data-testid="grant-too-many">
          {t("grants.tooMany", { count: today, max: PARTS_MAX })}
        </Alert>
      )}
    </Stack>
  );
}

function RecordChoice({ draft, onChange, records }: Parameters<typeof WhatStep>[0]) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = records.filter((row) => `${row.title} ${row.author.name}`.toLowerCase().includes(wanted));
  const chosenFirst = [
    ...found.filter((row) => draft.recordIds.includes(row.id)),
    ...found.filter((row) => !draft.recordIds.includes(row.id)),
  ];
  return (
    <Stack gap="xs">
      <TextInput
        aria-label={t("grants.recordPlaceholder")}
        placeholder={t("grants.recordPlaceholder")}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="grant-record-search"
      />
      <ScrollArea.Autosize
        mah="18rem"
        type="auto"
        viewportProps={{ tabIndex: 0, "aria-label": t("grants.scope.record") }}
      >
        <Checkbox.Group value={draft.recordIds} onChange={(recordIds) => onChange({ recordIds })}>
          <Stack gap="xs" p="xs">
            {chosenFirst.slice(0, SHOWN_MAX).map((row) => (
              <Checkbox
                key={row.id}
                value={row.id}
                label={row.title}
                description={`${t(`collection.${row.collection}`)} · ${day(row.date)}`}
                data-testid={`grant-record-${row.id}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        {chosenFirst.length === 0 && (
          <Text c="dimmed" p="sm">
            {t("grants.recordNothing")}
          </Text>
        )}
      </ScrollArea.Autosize>
    </Stack>
  );
}
