import { Badge, Card, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";
import type { ClinicalItem } from "@/bindings/ClinicalItem";
import type { ClinicalSection } from "@/bindings/ClinicalSection";
import type { SectionKind } from "@/bindings/SectionKind";
import { en } from "@/i18n/en";
import { ResultsTable } from "./ResultsTable";

/** A FHIR document as a person reads it: one card for each part. */
export function ClinicalSections({ sections }: { sections: ClinicalSection[] }) {
  const { t } = useTranslation();
  const filled = sections.filter((section) => section.items.length + section.results.length > 0);
  if (filled.length === 0) return <Text c="dimmed">{t("content.noSections")}</Text>;
  return (
    <Stack gap="lg">
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
const LASTING: SectionKind[] = ["problems", "medication", "allergies"];

function Item({ item, lasting }: { item: ClinicalItem; lasting: boolean }) {
  const { t } = useTranslation();
  const when =
    item.start !== null && item.end !== null
      ? t("content.fromTo", { from: day(item.start), to: day(item.end) })
      : item.start !== null
        ? lasting
          ? t("content.since", { date: day(item.start) })
          : day(item.start)
        : null;
  return (
    <div className="ck-row ck-top">
      <div className="ck-grow">
        <Text fw={600} className="ck-mark">
          {item.alert && (
            <IconAlertTriangle size={18} color="var(--ck-bad)" role="img" aria-label={t("content.alert")} />
          )}
          {item.title}
        </Text>
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
