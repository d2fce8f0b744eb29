import { useTranslation } from "react-i18next";
import type { Block } from "@/bindings/Block";
import { Blocks } from "./Blocks";

/** The author's own text beside what was read from it. */
export function Written({ blocks, open = false }: { blocks: Block[]; open?: boolean }) {
  const { t } = useTranslation();
  return (
    <details className="ck-written-by" open={open} data-testid="as-written">
      <summary>{t("page.asWritten")}</summary>
      <Blocks blocks={blocks} />
    </details>
  );
}
