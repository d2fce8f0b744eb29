import { Alert, Text } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { FrameProblem } from "@/bindings/FrameProblem";

/** Why a picture is not shown, and what can be done. */
export function Problem({ problem }: { problem: FrameProblem }) {
  const { t } = useTranslation();
  const name = problem.code === "unsupportedCompression" ? problem.name || problem.transferSyntax : "";
  return (
    <Alert
      color="amber"
      icon={<IconPhotoOff aria-hidden />}
      title={t(`viewing.problem.${problem.code}`, { name })}
      data-testid="frame-problem"
      data-code={problem.code}
    >
      <Text>{t("viewing.problemTodo")}</Text>
    </Alert>
  );
}
