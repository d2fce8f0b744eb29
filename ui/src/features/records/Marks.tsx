import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** What turns an entry around: withdrawn, not taken, about somebody else. */
export function Marks(props: { negated?: boolean; retracted: boolean; about: string | null }) {
  const { t } = useTranslation();
  const words = [
    props.retracted && t("content.retracted"),
    props.negated && t("content.negated"),
    props.about && t("content.about", { name: props.about }),
  ].filter(Boolean);
  if (words.length === 0) return null;
  return (
    <Text size="sm" fw={650} c="var(--ck-bad)">
      {words.join(" · ")}
    </Text>
  );
}
