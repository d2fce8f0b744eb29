import { ActionIcon, Button, Group, Text } from "@mantine/core";
import {
  type Icon,
  IconArrowDown,
  IconArrowUp,
  IconChartLine,
  IconCheck,
  IconChevronsDown,
  IconChevronsUp,
  IconExclamationCircle,
} from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { digits, documentDate } from "@/app/locale";
import type { ResultFlag } from "@/bindings/ResultFlag";
import type { ResultItem } from "@/bindings/ResultItem";
import { Marks } from "./Marks";
import { ChartFigure } from "./reading/ChartFigure";
import { Glossary } from "./reading/Glossary";
import { trendOf } from "./reading/trend";
import { name, said } from "./reading/words";

/** Rows that are shown at first. */
const FIRST = 60;

/** Values with their reference range; those outside are marked by shape and word. */
export function ResultsTable({ results }: { results: ResultItem[] }) {
  const { t } = useTranslation();
  const trends = results.some((result) => result.history.length > 1);
  const dates = new Set(results.map((result) => result.at && documentDate(result.at)));
  const showDate = dates.size > 1;
  const [all, showAll] = useState(results.length <= FIRST + 20);
  const shown = all ? results : results.slice(0, FIRST);
  const firstTrend = results.findIndex((result) => result.history.length > 1 && isOut(result.flag));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too */}
      <section className="ck-scroll" tabIndex={0} aria-label={t("content.results")}>
        <table className="ck-table" data-testid="results">
          <thead>
            <tr>
              <th />
              <th className="ck-num">{t("content.value")}</th>
              <th aria-label={t("content.range")} />
              <th>{t("content.range")}</th>
              {showDate && <th>{t("content.when")}</th>}
              {trends && <th>{t("content.trend")}</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((result, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a document may repeat a result
              <Fragment key={index}>
                {result.panel !== null && result.panel !== shown[index - 1]?.panel && (
                  <tr className="ck-panel">
                    <th colSpan={6} scope="rowgroup">
                      {result.panel}
                    </th>
                  </tr>
                )}
                <ResultRow
                  result={result}
                  showDate={showDate}
                  trends={trends}
                  startOpen={index === firstTrend}
                />
              </Fragment>
            ))}
          </tbody>
        </table>
      </section>
      {!all && (
        <Button variant="subtle" onClick={() => showAll(true)} data-testid="show-all">
          {t("page.more", { count: results.length })}
        </Button>
      )}
    </>
  );
}

function ResultRow(props: { result: ResultItem; showDate: boolean; trends: boolean; startOpen: boolean }) {
  const { t } = useTranslation();
  const { result, showDate, trends } = props;
  const [opened, setOpened] = useState(props.startOpen);
  const hasTrend = result.history.length > 1;
  // Words take the room that numbers leave.
  const isLong = result.value === null && result.valueText.length > 18;
  return (
    <Fragment>
      <tr data-testid="result-row" data-flag={result.flag}>
        <td>
          <Group gap={4} wrap="nowrap">
            <Text fw={isOut(result.flag) ? 650 : 500} td={result.retracted ? "line-through" : undefined}>
              {name(t, result.name)}
            </Text>
            <Glossary code={result.code} name={result.name} />
          </Group>
          <Marks retracted={result.retracted} about={result.about} />
          {result.status && !result.retracted && <Text size="sm">{said(t, result.status)}</Text>}
          {result.conflict && (
            <Text size="sm" fw={600} c="var(--ck-warn)">
              {t("page.conflict", { flag: t(`content.${result.flag}`) })}
            </Text>
          )}
          {result.interpretation && <Text size="sm">{said(t, result.interpretation)}</Text>}
          {result.note && (
            <Text size="sm" className="ck-text" maw="60ch">
              {result.note}
            </Text>
          )}
          {result.code && (
            <Text size="xs" c="dimmed">
              {result.code}
            </Text>
          )}
        </td>
        <td className={isLong ? undefined : "ck-num"} colSpan={isLong ? 3 : undefined}>
          {result.valueText === "" && result.missing ? (
            <Text span size="sm" c="dimmed">
              {t("page.missing", { reason: said(t, result.missing) })}
            </Text>
          ) : (
            <>
              <Text
                span
                fw={isLong ? 400 : 650}
                size={isLong ? "md" : "lg"}
                className={isLong ? "ck-text" : undefined}
              >
                {documentDate(digits(result.valueText))}
              </Text>{" "}
              <Text span c="dimmed">
                {result.unit}
              </Text>
            </>
          )}
        </td>
        {!isLong && (
          <>
            <td>
              <Flag flag={result.flag} />
            </td>
            <td>
              <Range result={result} />
            </td>
          </>
        )}
        {showDate && <td className="ck-nowrap">{result.at !== null && documentDate(result.at)}</td>}
        {trends && (
          <td>
            {hasTrend && (
              <ActionIcon
                variant={opened ? "filled" : "light"}
                size="lg"
                aria-expanded={opened}
                aria-label={t("content.showTrend", { name: name(t, result.name) })}
                onClick={() => setOpened(!opened)}
                data-testid="trend-toggle"
              >
                <IconChartLine size={20} />
              </ActionIcon>
            )}
          </td>
        )}
      </tr>
      {opened && hasTrend && (
        <tr className="ck-joined">
          <td colSpan={6}>
            <ChartFigure chart={trendOf(result)} />
          </td>
        </tr>
      )}
      {result.curve && (
        <tr className="ck-joined">
          <td colSpan={6}>
            <ChartFigure chart={result.curve} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

const FLAGS: Record<ResultFlag, { icon: Icon; color: string } | null> = {
  normal: { icon: IconCheck, color: "var(--ck-good)" },
  low: { icon: IconArrowDown, color: "var(--ck-warn)" },
  high: { icon: IconArrowUp, color: "var(--ck-warn)" },
  criticalLow: { icon: IconChevronsDown, color: "var(--ck-bad)" },
  criticalHigh: { icon: IconChevronsUp, color: "var(--ck-bad)" },
  abnormal: { icon: IconExclamationCircle, color: "var(--ck-warn)" },
  unknown: null,
};

function isOut(flag: ResultFlag): boolean {
  return flag !== "normal" && flag !== "unknown";
}

function Flag({ flag }: { flag: ResultFlag }) {
  const { t } = useTranslation();
  const mark = FLAGS[flag];
  if (!mark) return null;
  const FlagIcon = mark.icon;
  return (
    <Group gap={4} wrap="nowrap" c={isOut(flag) ? mark.color : "dimmed"}>
      <FlagIcon size={18} color={mark.color} stroke={2.25} aria-hidden />
      <Text span size="sm" fw={isOut(flag) ? 650 : 400} className="ck-nowrap">
        {t(`content.${flag}`)}
      </Text>
    </Group>
  );
}

function Range({ result }: { result: ResultItem }) {
  const { t } = useTranslation();
  const { lowText, highText } = result;
  const text =
    lowText && highText
      ? `${digits(lowText)} – ${digits(highText)}`
      : highText
        ? t("content.upTo", { high: digits(highText) })
        : lowText
          ? t("content.from", { low: digits(lowText) })
          : result.rangeText;
  return text ? (
    <Text c="dimmed" size="sm" className={text.length < 20 ? "ck-nowrap" : undefined}>
      {text}
      {result.rangeFor && ` ${t("page.rangeFor", { whom: result.rangeFor })}`}
    </Text>
  ) : null;
}
