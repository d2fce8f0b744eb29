import { Alert, Card, Skeleton, Stack, Text } from "@mantine/core";
import { IconFileAlert, IconShieldX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { ReadingProblem } from "@/bindings/ReadingProblem";
import type { RecordContent } from "@/bindings/RecordContent";
import type { TrustView } from "@/bindings/TrustView";
import type { Where } from "@/features/viewing/frames";
import { CheckList } from "./ProofDialog";
import { ClinicalPage } from "./reading/ClinicalPage";
import { FactList } from "./reading/FactList";

const DicomRecord = lazy(() => import("@/features/viewing/DicomRecord"));
const ImageViewer = lazy(() => import("@/features/viewing/ImageViewer"));
const PdfViewer = lazy(() => import("@/features/viewing/PdfViewer"));
const SignalViewer = lazy(() => import("@/features/viewing/SignalViewer"));

interface Props {
  content: RecordContent;
  /** None for a file inside a record. */
  trust?: TrustView;
  where: Where;
}

/** What a record says, in the way that fits its kind. */
export function Content({ content, trust, where }: Props) {
  const { t } = useTranslation();
  switch (content.kind) {
    case "clinical":
      return <ClinicalPage page={content} />;
    case "dicom":
      return (
        <Suspense fallback={<Skeleton h={480} radius="lg" />}>
          <DicomRecord where={where} view={content} />
        </Suspense>
      );
    case "signals":
      return (
        <Suspense fallback={<Skeleton h={480} radius="lg" />}>
          <SignalViewer where={where} {...content} />
        </Suspense>
      );
    case "image":
      return content.isTooLarge ? (
        <Alert color="amber">{t("viewing.imageTooLarge")}</Alert>
      ) : (
        <Suspense fallback={<Skeleton h={480} radius="lg" />}>
          <ImageViewer where={where} mediaType={content.mediaType} title={content.description} />
        </Suspense>
      );
    case "text":
      return (
        <Card>
          {content.text.trim() === "" ? (
            <Text c="dimmed">{t("content.emptyText")}</Text>
          ) : (
            <Text className="ck-text" maw="72ch" data-testid="record-text">
              {content.text}
            </Text>
          )}
          {content.truncated && (
            <Alert mt="md" color="amber">
              {t("content.truncated")}
            </Alert>
          )}
        </Card>
      );
    case "pdf":
      return content.isTooLarge ? (
        <Alert color="amber">{t("viewing.pdf.tooLarge")}</Alert>
      ) : (
        <Suspense fallback={<Skeleton h={520} radius="lg" />}>
          <PdfViewer where={where} />
        </Suspense>
      );
    case "file":
      return (
        <Card>
          <Stack>
            {content.problem === null ? (
              <Text maw="72ch">{t("content.fileOnly")}</Text>
            ) : (
              <Problem problem={content.problem} />
            )}
            <FactList facts={[{ label: "fileKind", value: content.mediaType }, ...content.facts]} />
          </Stack>
        </Card>
      );
    case "withheld":
      return (
        <Alert
          role="alert"
          color="red"
          icon={<IconShieldX aria-hidden />}
          title={t("content.withheldTitle")}
          data-testid="record-withheld"
        >
          <Stack>
            <Text>{t("content.withheld")}</Text>
            {trust && <CheckList checks={trust.checks} />}
          </Stack>
        </Alert>
      );
  }
}

/** What is wrong with a file of a kind that is otherwise shown, and what to do. */
function Problem({ problem }: { problem: ReadingProblem }) {
  const { t } = useTranslation();
  const titles = {
    cutShort: "page.problemCutShort",
    damaged: "page.problemDamaged",
    tooLarge: "page.problemTooLarge",
    notUnderstood: "page.problemNotUnderstood",
  } as const;
  return (
    <Alert
      color="amber"
      icon={<IconFileAlert aria-hidden />}
      title={t(titles[problem.kind])}
      data-testid="reading-problem"
    >
      <Text maw="72ch">{t("page.problemTodo")}</Text>
      <details className="ck-written-by">
        <summary>{t("page.problemDetail")}</summary>
        <Text className="ck-mono">{problem.detail}</Text>
      </details>
    </Alert>
  );
}
