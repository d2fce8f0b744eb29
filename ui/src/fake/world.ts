import type { AccessRow } from "@/bindings/AccessRow";
import type { AppEvent } from "@/bindings/AppEvent";
import type { CheckView } from "@/bindings/CheckView";
import type { ErrorCode } from "@/bindings/ErrorCode";
import type { GrantView } from "@/bindings/GrantView";
import type { KeyringState } from "@/bindings/KeyringState";
import type { LedgerView } from "@/bindings/LedgerView";
import type { NetworkItem } from "@/bindings/NetworkItem";
import type { NetworkView } from "@/bindings/NetworkView";
import type { PersonView } from "@/bindings/PersonView";
import type { ProfileView } from "@/bindings/ProfileView";
import type { RecordRow } from "@/bindings/RecordRow";
import type { SessionStage } from "@/bindings/SessionStage";
import type { SettingsView } from "@/bindings/SettingsView";
import type { SharerView } from "@/bindings/SharerView";
import type { SummaryView } from "@/bindings/SummaryView";
import type { TaskView } from "@/bindings/TaskView";
import type { TrustCheck } from "@/bindings/TrustCheck";
import type { WrittenRow } from "@/bindings/WrittenRow";
import type { FilesEvent } from "@/platform/host";
import { type Letters, makeLetters } from "./ask";
import { haddad, jonas, maria, NORTH, okafor, olsen, profiles, SOUTH, weber } from "./people";
import { DAY, NOW, rows } from "./records";
import { makeRecovery, type RecoveryWorld } from "./recovery";

/** Everything the fake host remembers. Tests make a fresh one each. */
export interface World {
  /** How long things take, in milliseconds. */
  pace: number;
  /** Commands that fail, and how. */
  faults: Map<string, ErrorCode>;
  stage: SessionStage;
  profile: ProfileView | null;
  profiles: ProfileView[];
  /** Networks that were joined. */
  joined: NetworkItem[];
  /** Locks and keys. */
  safety: {
    keyring: KeyringState;
    trouble: ErrorCode | null;
    wrong: number;
    wait: number;
    autoLockMinutes: number;
    lockWhenHidden: boolean;
    backedUp: number | null;
  };
  recovery: RecoveryWorld;
  settings: SettingsView;
  network: NetworkView;
  records: RecordRow[];
  grants: GrantView[];
  accesses: AccessRow[];
  contacts: PersonView[];
  /** What the person calls others, by identifier. */
  nicknames: Map<string, string>;
  /** Grants that may end. */
  mayEnd: Set<string>;
  reminderDays: number;
  patients: SharerView[];
  family: SharerView[];
  written: WrittenRow[];
  summary: SummaryView | null;
  /** Requests and appointments, for each person who has any. */
  letters: Record<string, Letters>;
  tasks: TaskView[];
  cancelled: Set<string>;
  height: number;
  pending: number;
  /** How the ledger differs from the ordinary. */
  ledger: Partial<LedgerView>;
  listeners: Set<(event: AppEvent) => void>;
  /** Who hears of files dropped into the window. */
  dropped: Set<(event: FilesEvent) => void>;
}

const hospitals = [NORTH, SOUTH, "East Children’s Hospital", "West Rehabilitation Centre"].map((name) => ({
  id: name.split(" ")[0]?.toLowerCase() ?? name,
  name,
  reachable: true,
}));

export function makeWorld(): World {
  return {
    pace: 700,
    faults: new Map(),
    stage: "start",
    profile: null,
    profiles: structuredClone(profiles),
    recovery: makeRecovery(),
    joined: [],
    safety: {
      keyring: "ready",
      trouble: null,
      wrong: 0,
      wait: 0,
      autoLockMinutes: 15,
      lockWhenHidden: false,
      backedUp: null,
    },
    settings: {
      language: "system",
      theme: "system",
      notifications: true,
      hideNames: false,
      keepRunning: false,
      startHidden: false,
    },
    network: { phase: "online", name: "Sample network", sample: true, hospitals, detail: null },
    records: structuredClone(rows),
    grants: structuredClone(grants),
    accesses: structuredClone(accesses),
    contacts: [jonas],
    nicknames: new Map(),
    mayEnd: new Set(),
    reminderDays: 7,
    patients: structuredClone(patients),
    family: structuredClone(family),
    written: [
      {
        recordId: "a2",
        title: "Cardiology visit",
        patient: maria,
        created: NOW - 2 * DAY,
        state: { state: "confirmed", height: 40, at: NOW - 2 * DAY },
      },
    ],
    summary: null,
    letters: makeLetters(),
    tasks: [],
    cancelled: new Set(),
    height: 42,
    pending: 0,
    ledger: {},
    listeners: new Set(),
    dropped: new Set(),
  };
}

function grant(part: Partial<GrantView> & Pick<GrantView, "id" | "grantee" | "what">): GrantView {
  return {
    created: NOW - 60 * DAY,
    until: NOW + 100 * DAY,
    purpose: "treatment",
    note: null,
    state: { state: "confirmed", height: 12, at: NOW - 60 * DAY },
    changed: null,
    parts: 1,
    partsDone: 1,
    opened: [],
    ...part,
  };
}

const grants: GrantView[] = [
  grant({
    id: "g1",
    grantee: haddad,
    what: { kind: "collection", collection: "heart" },
    opened: [
      { recordId: "a3", title: "ECG strip, lead II", at: NOW - 2 * DAY },
      { recordId: "a2", title: "Cardiology visit", at: NOW - 30 * DAY },
      { recordId: "a7", title: "Heart ultrasound", at: NOW - 41 * DAY },
    ],
  }),
  grant({
    id: "g2",
    grantee: jonas,
    what: { kind: "collection", collection: "medication" },
    until: null,
    purpose: "familyCare",
  }),
  grant({
    id: "g4",
    grantee: haddad,
    what: { kind: "several", collections: [], records: 4, within: ["laboratory", "medication"] },
    created: NOW - 25 * DAY,
    until: NOW + 5 * DAY,
    purpose: "secondOpinion",
    note: "Before the operation",
    parts: 4,
    partsDone: 4,
  }),
  grant({
    id: "g3",
    grantee: olsen,
    what: { kind: "record", recordId: "a5", title: "Patient summary" },
    created: NOW - 300 * DAY,
    until: NOW - 20 * DAY,
    state: { state: "stopped", height: 31, at: NOW - 90 * DAY },
    opened: [{ recordId: "a5", title: "Patient summary", at: NOW - 120 * DAY }],
  }),
];

function access(part: Partial<AccessRow> & Pick<AccessRow, "id" | "reader">): AccessRow {
  return {
    recordId: null,
    recordTitle: null,
    collection: null,
    at: NOW - DAY,
    purpose: "treatment",
    outcome: "read",
    refusal: null,
    agreement: "both",
    notTheReader: false,
    grantId: null,
    flagged: false,
    hospital: NORTH,
    receiptHeight: 39,
    evidence: "30440220".padEnd(128, "5e"),
    ...part,
  };
}

const accesses: AccessRow[] = [
  access({
    id: "x1",
    reader: haddad,
    recordId: "a3",
    recordTitle: "ECG strip, lead II",
    collection: "heart",
    at: NOW - 0.08 * DAY,
  }),
  access({ id: "x2", reader: haddad, collection: "heart", at: NOW - 0.081 * DAY, agreement: "waiting" }),
  access({
    id: "x3",
    reader: olsen,
    recordId: "a5",
    recordTitle: "Patient summary",
    collection: "general",
    at: NOW - 3 * DAY,
    outcome: "refused",
    refusal: "the grant was revoked in block 31",
    flagged: true,
    hospital: SOUTH,
    purpose: "followUp",
  }),
  access({
    id: "x4",
    reader: jonas,
    recordId: "a4",
    recordTitle: "Medication plan",
    collection: "medication",
    at: NOW - 6 * DAY,
    purpose: "familyCare",
  }),
  access({
    id: "x5",
    reader: okafor,
    recordId: "a5",
    recordTitle: "Patient summary",
    collection: "general",
    at: NOW - 30 * DAY,
    agreement: "onlyHospital",
    flagged: true,
    hospital: SOUTH,
  }),
];

const patients: SharerView[] = [
  {
    patient: maria,
    shares: [
      {
        id: "s1",
        what: { kind: "collection", collection: "heart" },
        received: NOW - 60 * DAY,
        until: NOW + 100 * DAY,
        purpose: "treatment",
        state: "active",
      },
      {
        id: "s2",
        what: { kind: "record", recordId: "a1", title: "Blood test: lipids, HbA1c, kidney" },
        received: NOW - 0.1 * DAY,
        until: NOW + 30 * DAY,
        purpose: "followUp",
        state: "active",
      },
    ],
    records: 4,
    unread: 2,
    latest: NOW - 0.1 * DAY,
  },
  {
    patient: weber,
    shares: [
      {
        id: "s3",
        what: { kind: "collection", collection: "general" },
        received: NOW - 200 * DAY,
        until: null,
        purpose: "secondOpinion",
        state: "stopped",
      },
    ],
    records: 0,
    unread: 0,
    latest: NOW - 50 * DAY,
  },
];

const family: SharerView[] = [
  {
    patient: { ...maria, nickname: "Mum" },
    shares: [
      {
        id: "s4",
        what: { kind: "collection", collection: "medication" },
        received: NOW - 60 * DAY,
        until: null,
        purpose: "familyCare",
        state: "active",
      },
    ],
    records: 1,
    unread: 1,
    latest: NOW - 40 * DAY,
  },
  {
    patient: weber,
    shares: [
      {
        id: "s5",
        what: { kind: "collection", collection: "laboratory" },
        received: NOW - 20 * DAY,
        until: NOW + 5 * DAY,
        purpose: "familyCare",
        state: "active",
      },
    ],
    records: 2,
    unread: 0,
    latest: NOW - 60 * DAY,
  },
];

export function ledgerOf(world: World): LedgerView {
  return {
    phase: world.network.phase === "online" ? "upToDate" : "offline",
    height: world.height,
    scannedHeight: world.height,
    headHash: "7f3a".padEnd(64, "c4"),
    at: NOW,
    signedBy: world.network.hospitals.slice(0, 3).map(({ name }) => name),
    lastContact: Date.now(),
    pending: world.pending,
    networkName: world.network.name,
    networkId: "c0de".padEnd(64, "91"),
    hospitals: world.network.hospitals.map(({ id, name }) => ({ id, name, stance: "agrees", since: null })),
    comparedAt: Date.now(),
    noticed: [],
    ...world.ledger,
  };
}

const CHECKS: TrustCheck[] = [
  "blockCertified",
  "anchorIncluded",
  "contentUnchanged",
  "authorCertificate",
  "authorSignature",
  "patientMatches",
];

export function checksOf(row: RecordRow): CheckView[] {
  return CHECKS.map((check, index) => {
    if (row.trust === "failed" && index === 2) {
      return { check, outcome: "failed", detail: "chunk 0 does not match the anchored root" };
    }
    const made = row.trust === "verified" || (row.trust === "failed" && index < 2);
    return { check, outcome: made ? "held" : "notMade", detail: null };
  });
}

/** What the hospitals may get up to, by name, for looking at it. */
export function trouble(name: string): Partial<LedgerView> {
  const all: LedgerView["hospitals"] = hospitals.map(({ id, name }) => ({
    id,
    name,
    stance: "agrees",
    since: null,
  }));
  const but = (id: string, change: Partial<LedgerView["hospitals"][number]>) =>
    all.map((one) => (one.id === id ? { ...one, ...change } : one));
  const noticed = (kind: LedgerView["noticed"][number]["kind"], proof: boolean) => ({
    hospitalId: "south",
    hospital: SOUTH,
    kind,
    firstSeen: NOW - DAY,
    lastSeen: NOW,
    count: 3,
    proof,
    now: true,
  });
  switch (name) {
    case "caught":
      return {
        hospitals: but("south", { stance: "untrusted" }),
        signedBy: hospitals.filter(({ id }) => id !== "south").map(({ name }) => name),
        noticed: [noticed("equivocation", true), { ...noticed("stale", false), count: 1, now: false }],
      };
    case "wrong":
      return { hospitals: but("south", { stance: "untrusted" }), noticed: [noticed("wrongProof", false)] };
    case "paused":
      return {
        phase: "paused",
        pending: 2,
        hospitals: all.map((one, index) =>
          index < 2 ? one : { ...one, stance: index === 2 ? "silent" : "behind", since: NOW },
        ),
      };
    case "offline":
      return {
        phase: "offline",
        pending: 2,
        lastContact: Date.now() - 3 * 3_600_000,
        hospitals: all.map((one) => ({ ...one, stance: "silent", since: NOW })),
      };
    case "untrusted":
      return { phase: "untrusted", hospitals: all.map((one) => ({ ...one, stance: "untrusted" })) };
    default:
      return {};
  }
}
