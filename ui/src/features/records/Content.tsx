import { Alert, Card, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconShieldX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Fact } from "@/bindings/Fact";
import type { RecordContent } from "@/bindings/RecordContent";
import type { TrustView } from "@/bindings/TrustView";
import { ClinicalSections } from "./ClinicalSections";
import { CheckList } from "./ProofDialog";

const PdfPages = lazy(() => import("./PdfPages"));

/** What a record says, in the way that fits its kind. */
export function Content({ content, trust }: { content: RecordContent; trust: TrustView }) {
  const { t } = useTranslation();
  switch (content.kind) {
    case "clinical":
      return <ClinicalSections content={content} />;
    case "image":
      return (
        <Card>
          <Stack>
            <img
              className="ck-image"
              src={content.src}
              alt={content.description}
              data-testid="record-image"
            />
            <Text c="dimmed">
              {[content.description, t("content.frames", { count: content.frames })]
                .filter(Boolean)
                .join(" · ")}
            </Text>
            <Facts facts={content.facts} />
          </Stack>
        </Card>
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
      return content.src === null ? (
        <PdfText pages={content.pages} text={content.text} />
      ) : (
        <Suspense fallback={<Skeleton h={480} />}>
          <PdfPages src={content.src} fallback={<PdfText pages={content.pages} text={content.text} />} />
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

function PdfText({ pages, text }: { pages: number | null; text: string[] }) {
  const { t } = useTranslation();
  const some = text.some((page) => page.trim() !== "");
  return (
    <Stack data-testid="record-pdf">
      <Text c="dimmed">
        {pages !== null && some
          ? t("content.pdfPages", { count: pages })
          : some
            ? null
            : t("content.pdfNoText")}
      </Text>
      {some &&
        text.map((page, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pages are known by their number
          <Card key={index} component="article">
            {text.length > 1 && (
              <Title order={2} size="h4" mb="xs">
                {t("content.page", { n: index + 1 })}
              </Title>
            )}
            <Text className="ck-text" maw="72ch">
              {page}
            </Text>
          </Card>
        ))}
    </Stack>
  );
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
