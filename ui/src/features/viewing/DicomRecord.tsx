import { Alert, Card, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle, IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { documentDate, number } from "@/app/locale";
import type { DicomLine } from "@/bindings/DicomLine";
import type { DicomView } from "@/bindings/DicomView";
import type { ReportLine } from "@/bindings/ReportLine";
import { DicomViewer } from "./DicomViewer";
import type { Where } from "./frames";
import { Problem } from "./Problem";
import { SeriesStrip, useSeries } from "./SeriesStrip";

const SignalViewer = lazy(() => import("./SignalViewer"));
const PdfViewer = lazy(() => import("./PdfViewer"));

/** Rows of the details that are in the page at once. */
const LINES_SHOWN = 150;

/** A DICOM file: its pictures, curves, report or document, and everything it says of itself. */
export default function DicomRecord({ where, view }: { where: Where; view: DicomView }) {
  const { t } = useTranslation();
  const series = useSeries(where, view.series !== null);
  const bare = view.frames === 0 && !view.signals && view.report.length === 0 && !view.embedded;
  return (
    <Stack>
      {view.incomplete && (
        <Alert color="amber" icon={<IconAlertTriangle aria-hidden />} data-testid="dicom-incomplete">
          {t("viewing.incomplete")}
        </Alert>
      )}
      <SeriesStrip series={series} />
      {view.frames > 0 && view.problem === null && (
        <DicomViewer
          key={where.recordId}
          where={where}
          view={view}
          onSeries={series.count > 1 ? series.go : undefined}
        />
      )}
      {(view.frames > 0 || bare) && view.problem !== null && <Problem problem={view.problem} />}
      <Suspense fallback={null}>
        {view.signals && (
          <SignalViewer where={where} signals={view.signals} title={view.title} missing={null} />
        )}
        {view.embedded?.mediaType === "application/pdf" && (
          <section aria-label={t("viewing.embedded")}>
            <PdfViewer where={where} part="embedded" />
          </section>
        )}
      </Suspense>
      {view.embedded && view.embedded.mediaType !== "application/pdf" && (
        <Alert color="amber">{t("viewing.embeddedOther", { kind: view.embedded.mediaType })}</Alert>
      )}
      {view.report.length > 0 && <Report lines={view.report} />}
      <About view={view} />
      <Details lines={view.lines} isCut={view.isCut} />
    </Stack>
  );
}

/** A structured report: headings, and answers below what was asked. */
function Report({ lines }: { lines: ReportLine[] }) {
  const { t } = useTranslation();
  return (
    <Card component="section" aria-label={t("viewing.report")} data-testid="dicom-report">
      {lines.map((line, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          key={index}
          className="ck-report-line"
          data-depth={Math.min(line.depth, 6)}
        >
          {line.value === null ? (
            <Title order={index === 0 ? 2 : 3} size={index === 0 ? "h3" : "h5"}>
              {line.name}
            </Title>
          ) : (
            <Text className="ck-text">
              {line.name && <span className="ck-report-name">{`${line.name}: `}</span>}
              {line.value}
            </Text>
          )}
        </div>
      ))}
    </Card>
  );
}

function About({ view }: { view: DicomView }) {
  const { t } = useTranslation();
  const size = view.columns > 0 && view.rows > 0 ? `${view.columns} × ${view.rows}` : null;
  const pixel = view.spacing && `${number(view.spacing.x, 3)} × ${number(view.spacing.y, 3)} mm`;
  const facts: [string, string | null][] = [
    [t("viewing.modality"), view.modality],
    [t("viewing.bodyPart"), view.bodyPart],
    [t("viewing.study"), view.studyDescription],
    [t("viewing.seriesName"), view.seriesDescription],
    [t("viewing.date"), view.date && documentDate(view.date.iso)],
    [t("viewing.institution"), view.institution],
    [t("viewing.patient"), view.patientName],
    [t("viewing.born"), view.patientBirthDate && documentDate(view.patientBirthDate)],
    [t("viewing.patientId"), view.patientId],
    [
      t("viewing.size"),
      size &&
        [size, view.frames > 1 ? t("viewing.frames", { count: view.frames }) : null]
          .filter(Boolean)
          .join(", "),
    ],
    [t("viewing.pixelSize"), pixel],
  ];
  const said = facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
  if (said.length === 0) return null;
  return (
    <Card component="section">
      <Title order={2} size="h4" mb="xs">
        {t("viewing.about")}
      </Title>
      <dl className="ck-facts" data-testid="dicom-facts">
        {said.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Every data element, to be searched. */
function Details({ lines, isCut }: { lines: DicomLine[]; isCut: boolean }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const found = wanted
    ? lines.filter((line) => `${line.tag} ${line.name} ${line.value}`.toLowerCase().includes(wanted))
    : lines;
  return (
    <details className="ck-details" data-testid="dicom-details">
      <summary>{t("viewing.details")}</summary>
      <Stack gap="sm" mt="sm">
        <TextInput
          aria-label={t("viewing.detailsSearch")}
          placeholder={t("viewing.detailsSearch")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maw={420}
          data-testid="dicom-details-search"
        />
        <div className="ck-scroll">
          <table className="ck-table">
            <thead>
              <tr>
                <th>{t("viewing.tag")}</th>
                <th>{t("viewing.name")}</th>
                <th>{t("viewing.content")}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, LINES_SHOWN).map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: tags repeat in sequences
                <tr key={index} data-testid="dicom-line">
                  <td className="ck-mono ck-nowrap">{"› ".repeat(line.depth) + line.tag}</td>
                  <td>{line.name}</td>
                  <td className="ck-text">{line.value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {found.length === 0 && <Text c="dimmed">{t("viewing.detailsNone")}</Text>}
        {found.length > LINES_SHOWN && (
          <Text c="dimmed">{t("viewing.detailsMore", { count: found.length - LINES_SHOWN })}</Text>
        )}
        {isCut && <Text c="dimmed">{t("viewing.detailsCut")}</Text>}
      </Stack>
    </details>
  );
}
