import { ActionIcon, Group, Skeleton, Text } from "@mantine/core";
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
import { Fragment, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { digits, documentDate } from "@/app/locale";
import type { ResultFlag } from "@/bindings/ResultFlag";
import type { ResultItem } from "@/bindings/ResultItem";
import { Marks } from "./Marks";

const TrendChart = lazy(() => import("./TrendChart"));

/** Values with their reference range; those outside are marked by shape and word. */
export function ResultsTable({ results }: { results: ResultItem[] }) {
  const { t } = useTranslation();
  const trends = results.some((result) => result.history.length > 1);
  const dates = new Set(results.map((result) => result.at && documentDate(result.at)));
  const showDate = dates.size > 1;
  const firstTrend = results.findIndex((result) => result.history.length > 1 && isOut(result.flag));
  return (
    <div className="ck-scroll">
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
          {results.map((result, index) => (
            <ResultRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a document may repeat a result
              key={index}
              result={result}
              showDate={showDate}
              trends={trends}
              startOpen={index === firstTrend}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ResultRow(props: { result: ResultItem; showDate: boolean; trends: boolean; startOpen: boolean }) {
  const { t } = useTranslation();
  const { result, showDate, trends } = props;
  const [opened, setOpened] = useState(props.startOpen);
  const hasTrend = result.history.length > 1;
  return (
    <Fragment>
      <tr data-testid="result-row" data-flag={result.flag}>
        <td>
          <Text fw={isOut(result.flag) ? 650 : 500} td={result.retracted ? "line-through" : undefined}>
            {result.name}
          </Text>
          <Marks retracted={result.retracted} about={result.about} />
          {result.note && <Text size="sm">{result.note}</Text>}
          {result.code && (
            <Text size="xs" c="dimmed">
              {result.code}
            </Text>
          )}
        </td>
        <td className="ck-num">
          <Text span fw={650} size="lg">
            {digits(result.valueText)}
          </Text>{" "}
          <Text span c="dimmed">
            {result.unit}
          </Text>
        </td>
        <td>
          <Flag flag={result.flag} />
        </td>
        <td>
          <Range result={result} />
        </td>
        {showDate && <td className="ck-nowrap">{result.at !== null && documentDate(result.at)}</td>}
        {trends && (
          <td>
            {hasTrend && (
              <ActionIcon
                variant={opened ? "filled" : "light"}
                size="lg"
                aria-expanded={opened}
                aria-label={t("content.showTrend", { name: result.name })}
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
            <Suspense fallback={<Skeleton h={220} />}>
              <TrendChart result={result} />
            </Suspense>
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
    <Text c="dimmed" size="sm" className="ck-nowrap">
      {text}
    </Text>
  ) : null;
}
