import { ActionIcon, Popover, Text } from "@mantine/core";
import { IconHelp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { en } from "@/i18n/en";

/** What a value is, in plain words, marked as not being part of the document. */
export function Glossary({ code, name }: { code: string | null; name: string }) {
  const { t } = useTranslation();
  const loinc = code?.startsWith("LOINC ") ? code.slice(6) : null;
  if (!loinc || !(loinc in en.glossary)) return null;
  return (
    <Popover width={320} position="bottom-start" withArrow trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          size="md"
          aria-label={`${t("page.what")} ${name}`}
          data-testid="glossary"
        >
          <IconHelp size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the words are where the focus goes */}
        <div tabIndex={0}>
          <Text>{t(`glossary.${loinc as keyof typeof en.glossary}`)}</Text>
          <Text size="sm" c="dimmed" mt="xs">
            {t("page.general")}
          </Text>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
