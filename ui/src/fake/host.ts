import type { AppEvent } from "@/bindings/AppEvent";
import type { ErrorCode } from "@/bindings/ErrorCode";
import type { NewsView } from "@/bindings/NewsView";
import type { PersonView } from "@/bindings/PersonView";
import type { RecordRow } from "@/bindings/RecordRow";
import type { SessionView } from "@/bindings/SessionView";
import type { TaskKind } from "@/bindings/TaskKind";
import type { TaskStep } from "@/bindings/TaskStep";
import { CallError, type CommandName, type Host, type RequestOf, type ResponseOf } from "@/platform/host";
import { askAnswers } from "./ask";
import { consent, covers, ending } from "./consent";
import { desk, desktop } from "./desktop";
import { ledgerAnswers } from "./ledger";
import { manyRecords } from "./manyRecords";
import { networkAnswers } from "./networks";
import { parts } from "./parts";
import { clinicians, identities, maria, NORTH, weber } from "./people";
import { entryOf, recordAnswers } from "./recordAnswers";
import { contentOf, DAY } from "./records";
import { readRecoveryAddress, recoveryAnswers } from "./recovery";
import { lockView, ownProfile, readSecurityAddress, securityAnswers } from "./security";
import { summaryOf } from "./summary";
import { bytesAnswers, seriesOf, viewedRow } from "./viewing";
import { checksOf, ledgerOf, makeWorld, trouble, type World } from "./world";

/** Made-up answers for developing and testing the window. Never part of a build. */

export let world: World = makeWorld();
let serial = 0;

export function resetWorld(part: Partial<World> = {}): World {
  world = { ...makeWorld(), ...part };
  desk.reset();
  return world;
}

/** Opens a sample person, as a click on the start screen would. */
export function openAs(id: string) {
  const profile = world.profiles.find((one) => one.id === id) ?? null;
  world.profile = profile;
  world.stage = profile ? "open" : "start";
}

export function fail(code: ErrorCode, message: string, detail: string | null = null): never {
  throw new CallError({ code, message, detail });
}

export function emit(event: AppEvent) {
  for (const listener of world.listeners) listener(event);
}

export const wait = (factor = 1) => new Promise((done) => setTimeout(done, world.pace * factor));

function session(): SessionView {
  const id = world.profile?.id;
  return {
    stage: world.stage,
    profile: world.profile,
    participantId: id ? (identities[id]?.id ?? null) : null,
    lock: world.stage === "locked" ? lockView(world) : null,
    network: world.network,
    settings: world.settings,
  };
}

function me(): PersonView {
  const found = world.profile && identities[world.profile.id];
  return found ?? fail("noProfile", "no profile is open");
}

export function recordBy(id: string): RecordRow {
  const first = world.records[0];
  const viewed = first && viewedRow(id, first);
  return world.records.find((row) => row.id === id) ?? viewed ?? fail("notFound", `no record ${id}`);
}

function startTask(kind: TaskKind, label: string, total: number, done: () => string | null) {
  serial += 1;
  const id = `t${serial}`;
  const step = async () => {
    for (let part = 1; part <= 5; part += 1) {
      await wait(0.5);
      if (world.cancelled.has(id)) {
        return publish({ state: "cancelled" });
      }
      publish({ state: "running" }, (total * part) / 5);
    }
    publish({ state: "done", recordId: done() });
  };
  const publish = (
    state: { state: "running" | "cancelled" } | { state: "done"; recordId: string | null },
    at = 0,
  ) => {
    const task = { id, kind, label, done: Math.round(at), total, step: stepOf(kind, at, total), ...state };
    world.tasks = [task, ...world.tasks.filter((one) => one.id !== id)];
    emit({ type: "task", task });
  };
  publish({ state: "running" });
  void step();
  return { taskId: id };
}

const stepOf = (kind: TaskKind, at: number, total: number): TaskStep | null =>
  kind === "import" || kind === "write" ? (at < total / 2 ? "sealing" : "sending") : null;

type Answers = { [K in CommandName]: (request: RequestOf<K>) => ResponseOf<K> };

const answers: Answers = {
  ...askAnswers({
    letters: () => {
      const id = world.profile?.id ?? "";
      world.letters[id] ??= { requests: [], appointments: [] };
      return world.letters[id];
    },
    patients: () => sharers(),
    personBy: (id) => [maria, weber].find((one) => one.id === id) ?? fail("notFound", `no person ${id}`),
    emit: (event) => emit(event),
  }),
  session_state: () => session(),
  network_state: () => world.network,
  settings_get: () => world.settings,
  settings_set: ({ language, theme, ...others }) => {
    const chosen = Object.entries({ language, theme, ...others }).filter(([, value]) => value != null);
    world.settings = { ...world.settings, ...Object.fromEntries(chosen) };
    emit({ type: "sessionChanged" });
    return world.settings;
  },

  profiles_list: () => ({ profiles: world.profiles }),
  profile_open: ({ profileId, newWindow }) => {
    if (newWindow) {
      window.open(`?as=${profileId}`, "_blank");
      return session();
    }
    openAs(profileId);
    return session();
  },
  profile_close: () => {
    world.profile = null;
    world.stage = "start";
    return session();
  },
  ...networkAnswers(
    () => world,
    startTask,
    () => {
      openAs("maria");
      emit({ type: "sessionChanged" });
    },
  ),
  ...securityAnswers(
    () => world,
    session,
    () => WORDS,
  ),

  ...recoveryAnswers(
    () => world.recovery,
    () => [...clinicians, ...world.contacts],
    () =>
      startTask("restore", "", 42, () => {
        openAs("maria");
        emit({ type: "sessionChanged" });
        return null;
      }),
  ),

  wallet_create: ({ name, custody }) => {
    world.profile = { ...ownProfile(name, custody), locked: false, enrolled: false, open: true };
    world.stage = "confirmWords";
    return { words: WORDS, confirm: [3, 11, 20] };
  },
  wallet_confirm_words: ({ words }) => {
    const right = [3, 11, 20].every((place, index) => WORDS[place - 1] === words[index]);
    if (!right) fail("wordsMismatch", "a word differs");
    world.stage = "enrol";
    return session();
  },
  wallet_restore: ({ words }) => {
    if (words.join(" ") !== WORDS.join(" ")) fail("wordsInvalid", "the checksum does not hold");
    return startTask("restore", "", 42, () => {
      openAs("maria");
      emit({ type: "sessionChanged" });
      return null;
    });
  },
  wallet_enrol: ({ code }) => {
    if (code.replace(/[\s-]/g, "").length < 8)
      fail("enrolmentRefused", "unknown enrolment code", `code: ${code}`);
    world.stage = "open";
    return session();
  },

  home_summary: () => ({
    newest: world.records.slice(0, 5),
    unread: world.records.filter((row) => row.unread).length,
    records: world.records.length,
    grants: world.grants.filter((grant) => !["stopped", "expired"].includes(grant.state.state)),
    ending: ending(),
    accesses: world.accesses.slice(0, 5),
    flagged: world.accesses.filter((row) => row.flagged).length,
    sharing: world.profile?.id === "jonas" ? world.family.length : 0,
  }),

  record_open: ({ recordId }) => {
    const row = recordBy(recordId);
    row.unread = false;
    return {
      row: { ...row },
      trust: {
        state: row.trust,
        author: row.author,
        selfReported: row.selfReported,
        unchangedSince: row.trust === "verified" ? row.added : null,
        confirmedBy: row.trust === "verified" ? [NORTH] : [],
        checks: checksOf(row),
      },
      content: contentOf(recordId),
      ...entryOf(row),
      kept: false,
    };
  },
  record_series: ({ recordId }) => ({ records: seriesOf(recordId).map(recordBy) }),
  record_proof: ({ recordId }) => {
    const row = recordBy(recordId);
    return {
      recordId: recordId.padEnd(32, "0f"),
      contentRoot: "9b1d".padEnd(64, "e7"),
      anchor: "41aa".padEnd(64, "02"),
      certificate: {
        serial: "1042",
        person: row.author,
        identityKey: "02".padEnd(66, "ab"),
        validFrom: row.date - 400 * DAY,
        validTo: row.date + 700 * DAY,
      },
      inclusion:
        row.trust === "pending"
          ? null
          : {
              transactionId: "d00d".padEnd(64, "5a"),
              height: 37,
              blockHash: "0b10".padEnd(64, "c4"),
              transactionRoot: "7007".padEnd(64, "1e"),
              at: row.added,
              path: ["aa".repeat(32), "bb".repeat(32), "cc".repeat(32)],
              signedBy: [NORTH],
            },
      checks: checksOf(row),
    };
  },
  record_export: ({ recordId }) =>
    startTask("export", recordBy(recordId).title, recordBy(recordId).size, () => null),
  record_import: ({ title, collection }) =>
    startTask("import", title, 5_400_000, () => {
      const author = me();
      world.records = [
        {
          id: `n${serial}`,
          title,
          kind: "pdf",
          collection,
          category: null,
          date: Date.now(),
          added: Date.now(),
          author,
          selfReported: true,
          size: 5_400_000,
          hospital: NORTH,
          trust: "pending",
          unread: false,
          outOfRange: null,
          changed: false,
        },
        ...world.records,
      ];
      emit({ type: "recordsChanged" });
      return `n${serial}`;
    }),
  ...parts,
  record_move: ({ recordId, collection }) => {
    const row = recordBy(recordId);
    row.collection = collection;
    return { ...row };
  },
  proof_export: () => ({}),
  ...recordAnswers(me, emit),

  contact_card: () => ({ card: `carecard1${"qpzry9x8gf2tvdw0s3jn54khce6mua7l".repeat(6)}`, person: me() }),

  ...consent,

  shared_list: () => ({ people: sharers() }),
  shared_records: ({ patientId }) => {
    const sharer =
      sharers().find((one) => one.patient.id === patientId) ?? fail("notFound", `nobody ${patientId}`);
    const active = sharer.shares.filter((share) => share.state === "active");
    return {
      sharer,
      records: world.records.filter((row) => active.some((share) => covers(share.what, row))),
      unreachable: [],
    };
  },

  clinic_recipients: () => ({ people: [weber, maria].filter((one) => one.id !== me().id) }),
  clinic_write: ({ patientId, title }) => startTask("write", title, 2_000, () => wrote(patientId, title)),
  clinic_attach: ({ patientId, title }) =>
    startTask("write", title, 5_400_000, () => wrote(patientId, title)),
  clinic_written: () => ({ rows: world.written }),

  summary_make: () =>
    startTask("summary", "", 23, () => {
      world.summary = summaryOf(me().name);
      return null;
    }),
  summary_show: () => ({ summary: world.summary, outdated: false }),
  summary_export: () => ({}),

  ledger_state: () => ledgerOf(world),
  evidence_export: () => ({}),
  picture_save: () => ({}),
  ...ledgerAnswers(startTask, fail),
  tasks_list: () => ({ tasks: world.tasks }),
  task_cancel: ({ taskId }) => {
    world.cancelled.add(taskId);
    return {};
  },
};

function sharers() {
  switch (world.profile?.id) {
    case "haddad":
      return world.patients;
    case "jonas":
      return world.family;
    default:
      return [];
  }
}

function wrote(patientId: string, title: string): string {
  const id = `w${serial}`;
  const patient = patientId === maria.id ? maria : weber;
  world.written = [
    { recordId: id, title, patient, created: Date.now(), state: { state: "sent" } },
    ...world.written,
  ];
  emit({ type: "writtenChanged" });
  void wait().then(() => {
    world.height += 1;
    world.written = world.written.map((row) =>
      row.recordId === id
        ? { ...row, state: { state: "confirmed", height: world.height, at: Date.now() } }
        : row,
    );
    emit({ type: "writtenChanged" });
  });
  return id;
}

const WORDS =
  "anchor bridge canvas dinner energy fabric garden harbor island jacket kitten ladder marble needle orange pencil quarter ribbon silver ticket umbrella velvet window zebra".split(
    " ",
  );

export const host: Host = {
  async call(name, request) {
    await wait(0.15);
    const code = world.faults.get(name);
    if (code) fail(code, `made to fail: ${name}`, "fake host");
    return structuredClone(answers[name](request));
  },
  async bytes(name, request) {
    await wait(0.05);
    const code = world.faults.get(name);
    if (code) fail(code, `made to fail: ${name}`, "fake host");
    return bytesAnswers[name](request);
  },
  async listen(onEvent) {
    world.listeners.add(onEvent);
    return () => world.listeners.delete(onEvent);
  },
  pickFile: async () => "/home/maria/Documents/letter.pdf",
  pickFiles: async () =>
    world.profile?.role === "person"
      ? [
          "/home/maria/Documents/letter.pdf",
          "/home/maria/Documents/scan-broken.dcm",
          "/home/maria/Documents/empty.txt",
        ]
      : ["/home/lab/Results/blood-count.json", "/home/lab/Results/report.pdf"],
  pickFolder: async () => "/home/lab/Results",
  async onFiles(onEvent) {
    world.dropped.add(onEvent);
    return () => world.dropped.delete(onEvent);
  },
  pickSavePath: async (_title, name) => `/home/maria/Downloads/${name}`,
  desktop,
};

/** `?as=maria&lang=de&theme=dark&network=starting&ledger=caught` for looking at a screen. */
function readAddress() {
  const query = new URLSearchParams(typeof location === "undefined" ? "" : location.search);
  const as = query.get("as");
  if (as) openAs(as);
  readSecurityAddress(world, query);
  readRecoveryAddress(world.recovery, query);
  if (query.has("new")) {
    world.records = [];
    world.grants = [];
    world.accesses = [];
    world.patients = [];
    world.family = [];
    world.letters = {};
  }
  if (query.has("many")) world.records = manyRecords(Number(query.get("many")) || 5_000, world.records);
  const language = query.get("lang");
  if (language === "de" || language === "en") world.settings.language = language;
  const theme = query.get("theme");
  if (theme === "dark" || theme === "light") world.settings.theme = theme;
  const phase = query.get("network");
  if (phase === "starting" || phase === "offline" || phase === "failed") {
    world.network = { ...world.network, phase, detail: phase === "failed" ? "port 4001 is in use" : null };
  }
  world.ledger = trouble(query.get("ledger") ?? "");
  if (query.has("tell")) {
    setTimeout(() => {
      for (const one of newsNow) emit({ type: "news", news: one });
    }, 500);
  }
  desk.link = query.get("link");
  if (query.has("notray")) desk.tray = false;
  const fault = query.get("fault")?.split(":");
  if (fault?.[0] && fault[1]) world.faults.set(fault[0], fault[1] as ErrorCode);
  // The router would append them to those of its own address.
  if (query.size > 0) history.replaceState(null, "", `${location.pathname}${location.hash}`);
}

const newsNow: NewsView[] = [
  { kind: "record", person: "Dr Grace Okafor", title: "Blood test of this morning" },
  { kind: "flagged", person: "Nils Olsen", title: null },
];

readAddress();
