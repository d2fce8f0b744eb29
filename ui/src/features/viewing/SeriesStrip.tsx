import { Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/platform/queries";
import type { Where } from "./frames";
import { Tool } from "./Tools";

export interface SeriesPlace {
  at: number;
  count: number;
  go: (step: 1 | -1) => void;
}

/** Where a picture stands among the records of its series. */
export function useSeries(where: Where, enabled: boolean): SeriesPlace {
  const navigate = useNavigate();
  const { recordId, patientId } = where;
  const { data } = useAsk("record_series", { recordId, patientId }, { enabled });
  const records = data?.records ?? [];
  const at = records.findIndex((row) => row.id === recordId);
  const go = (step: 1 | -1) => {
    const next = records[at + step];
    if (at < 0 || !next) return;
    if (patientId) {
      void navigate({
        to: "/shared/$patientId/$recordId",
        params: { patientId, recordId: next.id },
        replace: true,
      });
    } else {
      void navigate({ to: "/records/$recordId", params: { recordId: next.id }, replace: true });
    }
  };
  return { at, count: records.length, go };
}

/** To the picture before and after. */
export function SeriesStrip({ series }: { series: SeriesPlace }) {
  const { t } = useTranslation();
  const { at, count, go } = series;
  if (count < 2 || at < 0) return null;
  return (
    <Group gap="sm" data-testid="series">
      <Tool
        icon={IconChevronLeft}
        word="previousRecord"
        keys="PageUp"
        disabled={at === 0}
        onClick={() => go(-1)}
      />
      <Text fw={600} data-testid="series-place">
        {t("viewing.series", { n: at + 1, count })}
      </Text>
      <Tool
        icon={IconChevronRight}
        word="nextRecord"
        keys="PageDown"
        disabled={at === count - 1}
        onClick={() => go(1)}
      />
    </Group>
  );
}
