import { Alert, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { Trans, useTranslation } from "react-i18next";
import type { GrantTarget } from "@/bindings/GrantTarget";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RecordLine } from "@/components/RecordRows";
import { useAsk } from "@/platform/queries";
import type { SentenceParts } from "./draft";

const SHOWN = 4;

/** What is agreed to, to be read aloud. */
export function Sentence({ parts }: { parts: SentenceParts | null }) {
  const { t } = useTranslation();
  return (
    <p className="ck-sentence" aria-live="polite" data-testid="grant-sentence">
      {parts ? (
        <Trans i18nKey={parts.key} values={parts.values} components={{ b: <strong /> }} />
      ) : (
        <em>{t("grants.sentenceEmpty")}</em>
      )}
    </p>
  );
}

/** The list exactly as the other person will find it. */
export function GrantPreview({
  granteeId,
  target,
}: {
  granteeId: string | null;
  target: GrantTarget | null;
}) {
  const { t } = useTranslation();
  const ready = granteeId !== null && target !== null;
  const preview = useAsk(
    "grant_preview",
    { granteeId: granteeId ?? "", target: target ?? { kind: "collection", collection: "general" } },
    { enabled: ready },
  );
  if (!ready) return null;
  if (preview.isError) return <ErrorNotice error={preview.error} retry={() => preview.refetch()} />;
  if (!preview.data) return <Skeleton h={160} radius="md" />;
  const { grantee, records, includesFuture, existingGrantId } = preview.data;
  const more = records.length - SHOWN;
  return (
    <Stack gap="xs" data-testid="grant-preview">
      {existingGrantId && <Alert color="amber">{t("grants.existing", { name: grantee.name })}</Alert>}
      <Text fw={600}>{t("grants.previewTitle", { name: grantee.name })}</Text>
      <Paper withBorder radius="md" className="ck-preview">
        {records.length === 0 ? (
          <Text p="md" c="dimmed">
            {t("grants.previewNone")}
          </Text>
        ) : (
          <div className="ck-rows">
            {records.slice(0, SHOWN).map((row) => (
              <div key={row.id} className="ck-row">
                <RecordLine row={{ ...row, unread: false }} compact />
              </div>
            ))}
          </div>
        )}
      </Paper>
      {more > 0 && (
        <Text size="sm" c="dimmed">
          {t("grants.previewMore", { count: more })}
        </Text>
      )}
      {includesFuture && records.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("grants.previewFuture")}
        </Text>
      )}
    </Stack>
  );
}
