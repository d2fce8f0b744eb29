import { ActionIcon, Group, Stack, Text, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { number } from "@/app/locale";
import type { DicomView } from "@/bindings/DicomView";
import { figuresOf } from "./figures";
import type { Frame } from "./frames";
import type { Measure } from "./measuring";

interface Props {
  measures: Measure[];
  view: DicomView;
  frame: Frame | null;
  at: number;
  onGo: (frame: number) => void;
  onRemove: (measure: Measure) => void;
}

/** What was measured, to be read, with what the figures are worth. */
export function MeasureList({ measures, view, frame, at, onGo, onRemove }: Props) {
  const { t } = useTranslation();
  if (measures.length === 0) return null;
  const all = measures.map((measure) => ({ measure, figures: figuresOf(measure, view, frame) }));
  const lengths = all.filter(({ measure }) => measure.kind === "distance");
  return (
    <Stack gap="xs" data-testid="measures">
      <Title order={2} size="h5">
        {t("viewing.measures")}
      </Title>
      <ul className="ck-plain">
        {all.map(({ measure, figures }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: measurements have no other name
          <li key={index}>
            <Group gap="sm" wrap="nowrap">
              <Text>
                {`${t(`viewing.${measure.kind}`)}: `}
                <strong data-testid="measure">{figures.text}</strong>
                {figures.area &&
                  ` (${t("viewing.areaFigures", {
                    mean: number(figures.area.mean, 1),
                    deviation: number(figures.area.deviation, 1),
                    low: number(figures.area.low, 1),
                    high: number(figures.area.high, 1),
                  })}${figures.area.size === null ? "" : `, ${number(figures.area.size, 0)} mm²`})`}
              </Text>
              {measure.frame !== at && (
                <button type="button" className="ck-link" onClick={() => onGo(measure.frame)}>
                  {t("viewing.frame", { n: measure.frame + 1, count: view.frames })}
                </button>
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("viewing.remove")}
                onClick={() => onRemove(measure)}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </li>
        ))}
      </ul>
      {lengths.some(({ figures }) => figures.scale === null) && (
        <Text c="dimmed">{t("viewing.inPixels")}</Text>
      )}
      {lengths.some(({ figures }) => figures.scale?.source === "detector") && (
        <Text c="dimmed">{t("viewing.atDetector")}</Text>
      )}
    </Stack>
  );
}
