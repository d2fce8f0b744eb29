import { Badge, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { documentDate } from "@/app/locale";
import type { ClinicalItem } from "@/bindings/ClinicalItem";
import type { SectionKind } from "@/bindings/SectionKind";
import { Marks } from "../Marks";
import { Blocks } from "./Blocks";
import { FactList } from "./FactList";
import { Grid } from "./Grid";
import { PartRow } from "./PartRow";
import "./reading.css";
import { Written } from "./Written";
import { name, said, span } from "./words";

/** Kinds whose date is a beginning. */
const LASTING: SectionKind[] = ["problems", "medication", "allergies", "carePlans", "goals", "devices"];

/** Kinds of which people want to know the hour. */
const TIMED: SectionKind[] = ["encounters", "appointments", "activity", "imaging"];

/** One entry: a problem, a medicine, a visit. */
export function Item({ item, kind }: { item: ClinicalItem; kind: SectionKind }) {
  const { t, i18n } = useTranslation();
  const hasMore =
    item.facts.length > 0 || item.grid !== null || item.parts.length > 0 || item.dosages.length > 0;
  const lasts = item.start !== null && item.end === null && LASTING.includes(kind);
  const when =
    item.start === null
      ? null
      : lasts
        ? t("content.since", { date: documentDate(item.start) })
        : TIMED.includes(kind)
          ? span(t, item.start, item.end)
          : item.end !== null && item.end !== item.start
            ? t("content.fromTo", { from: documentDate(item.start), to: documentDate(item.end) })
            : documentDate(item.start);
  return (
    <article className="ck-item">
      <div className="ck-item-head">
        <Text
          fw={600}
          className="ck-mark ck-grow"
          td={item.retracted ? "line-through" : undefined}
          component="h3"
        >
          {item.alert && (
            <IconAlertTriangle size={18} color="var(--ck-bad)" role="img" aria-label={t("content.alert")} />
          )}
          {item.negated && <IconBan size={18} color="var(--ck-bad)" aria-hidden />}
          {name(t, item.title)}
        </Text>
        {item.status && (
          <Badge variant="default" tt="none" className="ck-badge ck-fixed">
            {said(t, item.status)}
          </Badge>
        )}
        {when && (
          <Text size="sm" c="dimmed" className="ck-item-when">
            {when}
          </Text>
        )}
      </div>
      <Marks negated={item.negated} retracted={item.retracted} about={item.about} />
      {item.dosages.map((dosage) => (
        <Text key={dosage.en} className="ck-mark ck-dose" data-testid="dosage">
          <IconClock size={16} aria-hidden />
          {i18n.language.startsWith("de") ? dosage.de : dosage.en}
        </Text>
      ))}
      {item.detail && <Text className="ck-text">{item.detail}</Text>}
      <FactList facts={item.facts} />
      {item.grid && <Grid grid={item.grid} title={name(t, item.title)} />}
      {item.parts.length > 0 && (
        <Stack gap="xs" mt="xs">
          {item.parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: files never change their order
            <PartRow key={index} part={part} />
          ))}
        </Stack>
      )}
      {item.text.length > 0 &&
        (hasMore || item.detail ? <Written blocks={item.text} /> : <Blocks blocks={item.text} />)}
      {item.code && (
        <Text size="sm" c="dimmed">
          {item.code}
        </Text>
      )}
    </article>
  );
}
