import { Alert, Badge, Card, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { documentDate } from "@/app/locale";
import type { ClinicalItem } from "@/bindings/ClinicalItem";
import type { RecordContent } from "@/bindings/RecordContent";
import type { SectionKind } from "@/bindings/SectionKind";
import { en } from "@/i18n/en";
import { Marks } from "./Marks";
import { ResultsTable } from "./ResultsTable";

/** A FHIR document as a person reads it: one card for each part. */
export function ClinicalSections({ content }: { content: Extract<RecordContent, { kind: "clinical" }> }) {
  const { t } = useTranslation();
  const { patient, notices, sections } = content;
  const filled = sections.filter((section) => section.items.length + section.results.length > 0);
  return (
    <Stack gap="lg">
      {notices.length > 0 && (
        <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="notices">
          {notices.map((notice) => (
            <Text key={notice}>{t(`content.${notice}`)}</Text>
          ))}
        </Alert>
      )}
      {patient?.name && (
        <Text c="dimmed">
          {patient.birthDate
            ? t("content.aboutBorn", { name: patient.name, date: documentDate(patient.birthDate) })
            : t("content.about", { name: patient.name })}
        </Text>
      )}
      {filled.length === 0 && <Text c="dimmed">{t("content.noSections")}</Text>}
      {filled.map((section) => (
        <Card
          key={section.kind}
          component="section"
          p="md"
          aria-label={t(`content.${section.kind}`)}
          data-testid={`section-${section.kind}`}
        >
          <Title order={2} mb="xs" px="xs">
            {t(`content.${section.kind}`)}
          </Title>
          {section.results.length > 0 && <ResultsTable results={section.results} />}
          {section.items.length > 0 && (
            <div className="ck-rows">
              {section.items.map((item, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a document may say the same twice
                <Item key={index} item={item} lasting={LASTING.includes(section.kind)} />
              ))}
            </div>
          )}
        </Card>
      ))}
    </Stack>
  );
}

function statusWord(t: TFunction, status: string): string {
  const key = status.toLowerCase().replace(/[-_ ]+([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  return key in en.status ? t(`status.${key as keyof typeof en.status}`) : status;
}

/** Kinds whose date is a beginning. */
export const LASTING: SectionKind[] = ["problems", "medication", "allergies"];

export function Item({ item, lasting }: { item: ClinicalItem; lasting: boolean }) {
  const { t } = useTranslation();
  const when =
    item.start !== null && item.end !== null
      ? t("content.fromTo", { from: documentDate(item.start), to: documentDate(item.end) })
      : item.start !== null
        ? lasting
          ? t("content.since", { date: documentDate(item.start) })
          : documentDate(item.start)
        : null;
  return (
    <div className="ck-row ck-top">
      <div className="ck-grow">
        <Text fw={600} className="ck-mark" td={item.retracted ? "line-through" : undefined}>
          {item.alert && (
            <IconAlertTriangle size={18} color="var(--ck-bad)" role="img" aria-label={t("content.alert")} />
          )}
          {item.title}
        </Text>
        <Marks negated={item.negated} retracted={item.retracted} about={item.about} />
        {item.detail && <Text className="ck-text">{item.detail}</Text>}
        {item.code && (
          <Text size="sm" c="dimmed">
            {item.code}
          </Text>
        )}
      </div>
      {item.status && (
        <Badge variant="default" tt="none" className="ck-fixed">
          {statusWord(t, item.status)}
        </Badge>
      )}
      {when && (
        <Text size="sm" c="dimmed" className="ck-when">
          {when}
        </Text>
      )}
    </div>
  );
}
