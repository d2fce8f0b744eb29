import { Alert, Card, Skeleton, Stack, Text } from "@mantine/core";
import { IconShieldX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Fact } from "@/bindings/Fact";
import type { RecordContent } from "@/bindings/RecordContent";
import type { TrustView } from "@/bindings/TrustView";
import type { Where } from "@/features/viewing/frames";
import { ClinicalSections } from "./ClinicalSections";
import { CheckList } from "./ProofDialog";

const DicomRecord = lazy(() => import("@/features/viewing/DicomRecord"));
const ImageViewer = lazy(() => import("@/features/viewing/ImageViewer"));
const PdfViewer = lazy(() => import("@/features/viewing/PdfViewer"));
const SignalViewer = lazy(() => import("@/features/viewing/SignalViewer"));

interface Props {
  content: RecordContent;
  trust: TrustView;
  where: Where;
}

/** What a record says, in the way that fits its kind. */
export function Content({ content, trust, where }: Props) {
  const { t } = useTranslation();
  switch (content.kind) {
    case "clinical":
      return <ClinicalSections content={content} />;
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
            <Text maw="72ch">{t("content.fileOnly")}</Text>
            <Facts facts={[{ label: "", value: content.mediaType }, ...content.facts]} />
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
            <CheckList checks={trust.checks} />
          </Stack>
        </Alert>
      );
  }
}

function Facts({ facts }: { facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <dl className="ck-facts">
      {facts.map((fact) => (
        <div key={fact.label + fact.value}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
