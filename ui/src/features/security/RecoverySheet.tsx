import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { day } from "@/app/locale";

/** The words in order, to be written down or printed: on paper there is this sheet and nothing else of the window. */
export function RecoverySheet(props: { words: string[]; name: string; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <div className="ck-sheet">
        <div className="ck-on-paper">
          <h1>{t("security.wordsSheet")}</h1>
          <p>
            {t("security.wordsFor", { name: props.name })} · {day(Date.now())}
          </p>
        </div>
        <ol className="ck-words" data-testid="words">
          {props.words.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice
            <li key={index}>
              <span>{index + 1}</span> {word}
            </li>
          ))}
        </ol>
        <p className="ck-on-paper">{t("security.wordsHow")}</p>
        <Text size="sm" c="dimmed" mt="sm">
          {t("security.wordsPaper")}
        </Text>
      </div>
      <Group justify="flex-end">
        <Button
          variant="default"
          leftSection={<IconPrinter size={18} aria-hidden />}
          onClick={() => window.print()}
          data-testid="words-print"
        >
          {t("security.wordsPrint")}
        </Button>
        {props.children}
      </Group>
    </Stack>
  );
}
