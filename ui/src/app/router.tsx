import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import type { Role } from "@/bindings/Role";
import { AccessLogPage } from "@/features/access-log/AccessLogPage";
import { AppointmentsPage } from "@/features/appointments/AppointmentsPage";
import { WritePage } from "@/features/clinic/WritePage";
import { SharedListPage } from "@/features/family/SharedListPage";
import { SharedPersonPage } from "@/features/family/SharedPersonPage";
import { GrantsPage } from "@/features/grants/GrantsPage";
import { HomePage } from "@/features/home/HomePage";
import { PersonPage } from "@/features/people/PersonPage";
import { RecordPage } from "@/features/records/RecordPage";
import { RecordsPage } from "@/features/records/RecordsPage";
import { SettingsPage } from "@/features/settings/SettingsPage";
import { SummaryPage } from "@/features/summary/SummaryPage";
import { Crash } from "./CrashBoundary";
import { Shell } from "./Shell";

export interface RecordsSearch {
  collection?: string;
}

export interface WriteSearch {
  patient?: string;
}

export interface ActivitySearch {
  which?: string;
  person?: string;
  record?: string;
  period?: string;
}

export interface SettingsSearch {
  section?: string;
}

const optionalText = (value: unknown) => (typeof value === "string" ? value : undefined);

const root = createRootRoute({ component: Shell });
const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const records = createRoute({
  getParentRoute: () => root,
  path: "/records",
  component: RecordsPage,
  validateSearch: (search: Record<string, unknown>): RecordsSearch => ({
    collection: optionalText(search.collection),
  }),
});
const record = createRoute({
  getParentRoute: () => root,
  path: "/records/$recordId",
  component: () => <RecordPage recordId={record.useParams().recordId} />,
});
const summary = createRoute({ getParentRoute: () => root, path: "/records/summary", component: SummaryPage });
const people = createRoute({ getParentRoute: () => root, path: "/people", component: GrantsPage });
const person = createRoute({
  getParentRoute: () => root,
  path: "/people/$personId",
  component: () => <PersonPage personId={person.useParams().personId} />,
});
const activity = createRoute({
  getParentRoute: () => root,
  path: "/activity",
  component: AccessLogPage,
  validateSearch: (search: Record<string, unknown>): ActivitySearch => ({
    which: optionalText(search.which),
    person: optionalText(search.person),
    record: optionalText(search.record),
    period: optionalText(search.period),
  }),
});
const shared = createRoute({ getParentRoute: () => root, path: "/shared", component: SharedListPage });
const sharedPerson = createRoute({
  getParentRoute: () => root,
  path: "/shared/$patientId",
  component: () => <SharedPersonPage patientId={sharedPerson.useParams().patientId} />,
});
const sharedRecord = createRoute({
  getParentRoute: () => root,
  path: "/shared/$patientId/$recordId",
  component: () => {
    const { patientId, recordId } = sharedRecord.useParams();
    return <RecordPage recordId={recordId} patientId={patientId} />;
  },
});
const patients = createRoute({ getParentRoute: () => root, path: "/patients", component: SharedListPage });
const appointments = createRoute({
  getParentRoute: () => root,
  path: "/appointments",
  component: AppointmentsPage,
});
const write = createRoute({
  getParentRoute: () => root,
  path: "/write",
  component: () => <WritePage patientId={write.useSearch().patient} />,
  validateSearch: (search: Record<string, unknown>): WriteSearch => ({
    patient: optionalText(search.patient),
  }),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: SettingsPage,
  validateSearch: (search: Record<string, unknown>): SettingsSearch => ({
    section: optionalText(search.section),
  }),
});

const routeTree = root.addChildren([
  home,
  records,
  summary,
  record,
  people,
  person,
  activity,
  shared,
  sharedPerson,
  sharedRecord,
  patients,
  appointments,
  write,
  settings,
]);

function RouteCrash({ error, reset }: ErrorComponentProps) {
  return <Crash fault={error instanceof Error ? error : new Error(String(error))} onReset={reset} />;
}

/** A person's pages. Clinicians begin with their inbox, everyone else at home; both live at `/`. */
export function makeRouter(_role: Role | undefined) {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    defaultErrorComponent: RouteCrash,
    defaultPreload: false,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
