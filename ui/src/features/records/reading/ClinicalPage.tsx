import { Alert, Anchor, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { documentDate } from "@/app/locale";
import type { ClinicalNotice } from "@/bindings/ClinicalNotice";
import type { ClinicalSection } from "@/bindings/ClinicalSection";
import type { Page } from "@/bindings/Page";
import { ResultsTable } from "../ResultsTable";
import { Blocks } from "./Blocks";
import { ChartFigure } from "./ChartFigure";
import { FactList } from "./FactList";
import { Item } from "./Item";
import "./reading.css";
import { Written } from "./Written";

/** Entries that are shown at first; a page of thousands opens at once. */
const FIRST = 40;

/** Remarks on how figures came about; they warn of nothing. */
const QUIET: ClinicalNotice[] = ["timesAsWritten", "severalCounters"];

/** Kinds that few people look for: closed until somebody asks. */
const ASIDE: ClinicalSection["kind"][] = ["people", "costs", "other"];

/** A clinical document as a person reads it: one card for each part. */
export function ClinicalPage({ page }: { page: Page }) {
  const { t } = useTranslation();
  const { patient, facts } = page;
  const notices = page.notices.filter((notice) => !QUIET.includes(notice));
  const remarks = page.notices.filter((notice) => QUIET.includes(notice));
  const sections = page.sections.filter((section) => count(section) > 0 || section.title !== null);
  return (
    <Stack gap="lg">
      {notices.length > 0 && (
        <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="notices">
          {notices.map((notice) => (
            <Text key={notice}>{noticeWords(t, notice)}</Text>
          ))}
        </Alert>
      )}
      {(patient || facts.length > 0) && (
        <Card p="md">
          {patient?.name && (
            <Text fw={600}>
              {patient.birthDate
                ? t("content.aboutBorn", { name: patient.name, date: documentDate(patient.birthDate) })
                : t("content.about", { name: patient.name })}
            </Text>
          )}
          <FactList facts={facts} />
          {patient && patient.facts.length > 0 && (
            <details className="ck-written-by">
              <summary>{t("page.aboutPatient")}</summary>
              <FactList facts={patient.facts} />
            </details>
          )}
        </Card>
      )}
      {remarks.map((notice) => (
        <Text key={notice} size="sm" c="dimmed">
          {noticeWords(t, notice)}
        </Text>
      ))}
      {sections.length === 0 && <Text c="dimmed">{t("content.noSections")}</Text>}
      {sections.length > 2 && <Contents sections={sections} />}
      {sections.map((section, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sections never change their order
        <Section key={index} section={section} place={index} alone={sections.length === 1} />
      ))}
    </Stack>
  );
}

function count(section: ClinicalSection): number {
  return section.items.length + section.results.length + section.charts.length + section.text.length;
}

function noticeWords(t: TFunction, notice: ClinicalNotice): string {
  switch (notice) {
    case "severalPatients":
    case "retractedEntries":
    case "modifierExtensions":
    case "missingEntries":
    case "nestedTooDeep":
      return t(`content.${notice}`);
    default:
      return t(`page.${notice}`);
  }
}

function useHeading() {
  const { t } = useTranslation();
  return (section: ClinicalSection) => {
    const kind = t(`page.${section.kind}`);
    // The first part of one of several hospital messages: its number and kind.
    const message = /^(\d+)\. (\w{3}( \w{3})?)$/.exec(section.title ?? "");
    return message ? `${message[1]}. ${kind} (${message[2]})` : (section.title ?? kind);
  };
}

const idOf = (place: number) => `part-${place}`;

/** What the page has, how much of it, and a way there. */
function Contents({ sections }: { sections: ClinicalSection[] }) {
  const { t } = useTranslation();
  const heading = useHeading();
  return (
    <nav aria-label={t("page.parts")} className="ck-contents" data-testid="contents">
      {sections.map((section, place) => {
        const entries = section.items.length + section.results.length;
        return (
          <Anchor
            // biome-ignore lint/suspicious/noArrayIndexKey: sections never change their order
            key={place}
            component="button"
            type="button"
            onClick={() => document.getElementById(idOf(place))?.focus()}
          >
            {heading(section)}
            {entries > 0 && (
              <Text span size="sm" c="dimmed">
                {" "}
                {entries}
              </Text>
            )}
          </Anchor>
        );
      })}
    </nav>
  );
}

function Section(props: { section: ClinicalSection; place: number; alone: boolean }) {
  const { t } = useTranslation();
  const { section, place, alone } = props;
  const heading = useHeading()(section);
  const entries = section.items.length + section.results.length;
  const isAside = ASIDE.includes(section.kind) && !alone;
  const [open, setOpen] = useState(!isAside);
  return (
    <Card
      component="section"
      p="md"
      id={idOf(place)}
      tabIndex={-1}
      aria-label={heading}
      className={section.level > 0 ? "ck-inner" : undefined}
      data-testid={`section-${section.kind}`}
      onFocus={(event) => event.target === event.currentTarget && setOpen(true)}
    >
      <Group justify="space-between" gap="sm">
        <Title order={2} className="ck-heading">
          {heading}
        </Title>
        {entries > 1 && (
          <Text size="sm" c="dimmed">
            {t("page.count", { count: entries })}
          </Text>
        )}
        {isAside && (
          <Button variant="subtle" size="compact-md" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? "page.hide" : "page.show")}
          </Button>
        )}
      </Group>
      {open && <Body section={section} />}
    </Card>
  );
}

function Body({ section }: { section: ClinicalSection }) {
  const { t } = useTranslation();
  const [all, showAll] = useState(section.items.length <= FIRST + 10);
  const items = all ? section.items : section.items.slice(0, FIRST);
  const isOnlyText = section.items.length + section.results.length + section.charts.length === 0;
  return (
    <Stack gap="md" mt="xs">
      {isOnlyText && <Blocks blocks={section.text} />}
      {section.results.length > 0 && <ResultsTable results={section.results} />}
      {items.length > 0 && (
        <div className="ck-rows">
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a document may say the same twice
            <Item key={index} item={item} kind={section.kind} />
          ))}
        </div>
      )}
      {!all && (
        <Button variant="subtle" onClick={() => showAll(true)} data-testid="show-all">
          {t("page.more", { count: section.items.length })}
        </Button>
      )}
      {section.charts.map((chart) => (
        <ChartFigure key={chart.title} chart={chart} />
      ))}
      {!isOnlyText && section.text.length > 0 && (
        <Written blocks={section.text} open={section.kind === "documents"} />
      )}
    </Stack>
  );
}
