import {
  Alert,
  Anchor,
  Group,
  MantineThemeProvider,
  Skeleton,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { IconArrowLeft, IconUserHeart } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import { useOpenSession } from "@/app/session";
import { useTheme } from "@/app/theme";
import type { GrantPreview as Preview } from "@/bindings/GrantPreview";
import type { GrantTarget } from "@/bindings/GrantTarget";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RecordLine } from "@/components/RecordRows";
import { Content } from "@/features/records/Content";
import { name } from "@/features/records/reading/words";
import { useAsk } from "@/platform/queries";
import type { SentenceParts } from "./draft";
import { yours } from "./words";

const SHOWN_MAX = 100;

/** What is agreed to, to be read aloud. */
export function Sentence({ parts }: { parts: SentenceParts | null }) {
  const { t } = useTranslation();
  return (
    <p className="ck-sentence ck-agreed" aria-live="polite" data-testid="grant-sentence">
      {parts ? (
        <>
          <Trans i18nKey={parts.key} values={parts.values} components={{ b: <strong /> }} />
          {parts.future !== null && ` ${t(parts.future ? "grants.sentenceFuture" : "grants.sentenceToday")}`}
        </>
      ) : (
        <em>{t("grants.sentenceEmpty")}</em>
      )}
    </p>
  );
}

/** The list and the pages exactly as the other person will find them. */
export function GrantPreview(props: {
  granteeId: string;
  targets: GrantTarget[];
  future: boolean;
  until: number | null;
}) {
  const { t } = useTranslation();
  const { granteeId, targets, future } = props;
  const preview = useAsk("grant_preview", { granteeId, targets, future });
  if (preview.isError) return <ErrorNotice error={preview.error} retry={() => preview.refetch()} />;
  if (!preview.data) return <Skeleton h={260} radius="md" aria-busy="true" />;
  const { grantee, already, existingGrantId, parts, partsMax } = preview.data;
  return (
    <Stack gap="sm" data-testid="grant-preview">
      {already.map((one) => (
        <Alert key={one.grantId} color="amber" data-testid="grant-already">
          {t(existingGrantId && one.until === props.until ? "grants.existing" : "grants.replaces", {
            name: grantee.name,
            what: yours(t, one.what),
            until: one.until ? t("grants.until", { date: day(one.until) }) : t("app.noEnd"),
          })}
        </Alert>
      ))}
      {parts > partsMax && (
        <Alert color="amber">{t("grants.tooMany", { count: parts, max: partsMax })}</Alert>
      )}
      <Text fw={600}>{t("grants.previewTitle", { name: grantee.name })}</Text>
      <SeenByThem preview={preview.data} />
    </Stack>
  );
}

/** A window in the window: their colour, their frame, the list, and a record when one is chosen. */
function SeenByThem({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const { profile } = useOpenSession();
  const [opened, open] = useState<string | null>(null);
  const accent = preview.grantee.role === "person" ? "amber" : "indigo";
  const theme = useTheme(accent);
  const { records, includesFuture } = preview;
  return (
    <MantineThemeProvider theme={theme} inherit>
      <section
        className={`ck-patient ck-accent-${accent}`}
        aria-label={t("grants.previewTitle", { name: preview.grantee.name })}
      >
        <div className="ck-patient-name">
          <IconUserHeart size={20} aria-hidden />
          <Text span fw={650}>
            {t("shared.frame", { name: profile.name })}
          </Text>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className="ck-seen" tabIndex={0} aria-label={t("grants.previewScroll")}>
          {opened ? (
            <SeenRecord recordId={opened} onBack={() => open(null)} />
          ) : (
            <>
              {records.length === 0 && (
                <Text p="md" c="dimmed">
                  {t("grants.previewNone")}
                </Text>
              )}
              <div className="ck-rows">
                {records.slice(0, SHOWN_MAX).map((row) => (
                  <UnstyledButton
                    key={row.id}
                    className="ck-row"
                    onClick={() => open(row.id)}
                    data-testid="grant-preview-record"
                    data-record={row.id}
                  >
                    {/* What nobody has opened says nothing of what is inside. */}
                    <RecordLine row={{ ...row, unread: true, outOfRange: null, trust: "pending" }} />
                  </UnstyledButton>
                ))}
              </div>
              {records.length > SHOWN_MAX && (
                <Text size="sm" c="dimmed" p="sm">
                  {t("grants.previewMore", { count: records.length - SHOWN_MAX })}
                </Text>
              )}
              {includesFuture && records.length > 0 && (
                <Text size="sm" c="dimmed" p="sm">
                  {t("grants.previewFuture")}
                </Text>
              )}
            </>
          )}
        </section>
      </section>
    </MantineThemeProvider>
  );
}

function SeenRecord({ recordId, onBack }: { recordId: string; onBack: () => void }) {
  const { t } = useTranslation();
  const record = useAsk("record_open", { recordId, patientId: null });
  const view = record.data;
  const where = useMemo(() => ({ recordId, patientId: null }), [recordId]);
  return (
    <Stack gap="sm" p="md" data-testid="grant-preview-page">
      <Anchor
        component="button"
        type="button"
        onClick={onBack}
        w="fit-content"
        data-testid="grant-preview-back"
      >
        <Group gap={6} component="span">
          <IconArrowLeft size={18} aria-hidden />
          {t("app.back")}
        </Group>
      </Anchor>
      {record.isError && <ErrorNotice error={record.error} retry={() => record.refetch()} />}
      {record.isPending && <Skeleton h={220} aria-busy="true" />}
      {view && (
        <>
          <div>
            <Text fw={650} size="xl" component="h3" m={0}>
              {view.row.title}
            </Text>
            <Text c="dimmed">
              {[
                view.row.category && name(t, view.row.category),
                t(`collection.${view.row.collection}`),
                day(view.row.date),
              ]
                .filter(Boolean)
                .join(" · ")}
            </Text>
          </div>
          <Content content={view.content} trust={view.trust} where={where} />
        </>
      )}
    </Stack>
  );
}
