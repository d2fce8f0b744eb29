import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { GrantView } from "@/bindings/GrantView";
import { ErrorNotice } from "@/components/ErrorNotice";
import { useDo } from "@/platform/queries";
import { termOf, untilOf } from "./draft";
import { type Terms, TermsStep } from "./TermsStep";
import { yours } from "./words";

/** Longer, shorter, or for another reason. */
export function ChangeButton(props: { grant: GrantView; compact?: boolean; label?: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const { grant } = props;
  return (
    <>
      <Button
        variant="default"
        size={props.compact ? "compact-md" : "sm"}
        className="ck-fixed"
        onClick={open}
        aria-label={`${props.label ?? t("grants.change")}: ${grant.grantee.name}, ${yours(t, grant.what)}`}
        data-testid="grant-change"
      >
        {props.label ?? t("grants.change")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t("grants.changeTitle", { name: grant.grantee.name })}
      >
        {opened && <ChangeForm grant={grant} onClose={close} extend={props.label !== undefined} />}
      </Modal>
    </>
  );
}

function ChangeForm({ grant, onClose, extend }: { grant: GrantView; onClose: () => void; extend: boolean }) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const [draft, setDraft] = useState<Terms>({
    ...(extend ? { term: "quarter" as const, date: null } : termOf(grant.until)),
    purpose: grant.purpose,
    note: grant.note ?? "",
  });
  const change = useDo("grants_change", onClose);
  const until = untilOf(draft, now);
  const note = draft.note.trim() || null;
  // A day is chosen, not a moment: the same day as before is no change.
  const sameEnd =
    until === grant.until ||
    (typeof until === "number" && grant.until !== null && day(until) === day(grant.until));
  const same = sameEnd && draft.purpose === grant.purpose && note === grant.note;
  const values = {
    name: grant.grantee.name,
    what: yours(t, grant.what),
    until: until ? day(until) : "…",
    why: draft.purpose ? t(`for.${draft.purpose}`) : "…",
  };
  return (
    <form
      data-testid="grant-change-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (until === undefined || !draft.purpose) return;
        change.mutate({
          grantId: grant.id,
          until: sameEnd ? grant.until : until,
          purpose: draft.purpose,
          note,
        });
      }}
    >
      <Stack>
        <p className="ck-sentence ck-agreed" aria-live="polite" data-testid="grant-change-sentence">
          <Trans
            i18nKey={until === null ? "grants.sentenceNoEnd" : "grants.sentence"}
            values={values}
            components={{ b: <strong /> }}
          />
        </p>
        <Text size="sm" c="dimmed">
          {t("grants.changeHint")}
        </Text>
        <TermsStep draft={draft} onChange={(part) => setDraft((old) => ({ ...old, ...part }))} now={now} />
        {change.isError && <ErrorNotice error={change.error} />}
        <Group justify="flex-end" className="ck-actions">
          <Button variant="default" onClick={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={until === undefined || !draft.purpose || same}
            loading={change.isPending}
            data-testid="grant-change-confirm"
          >
            {t("grants.changeDo")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
