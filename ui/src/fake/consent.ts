import type { AccessFilter } from "@/bindings/AccessFilter";
import type { AccessRow } from "@/bindings/AccessRow";
import type { GrantTarget } from "@/bindings/GrantTarget";
import type { GrantView } from "@/bindings/GrantView";
import type { GrantWhat } from "@/bindings/GrantWhat";
import type { PersonView } from "@/bindings/PersonView";
import type { RecordRow } from "@/bindings/RecordRow";
import { COLLECTIONS } from "@/features/records/collections";
import type { CommandName, RequestOf, ResponseOf } from "@/platform/host";
import { emit, fail, recordBy, wait, world } from "./host";
import { clinicians, weber } from "./people";
import { DAY } from "./records";

type Answers = { [K in CommandName]: (request: RequestOf<K>) => ResponseOf<K> };

const PARTS_MAX = 200;
let serial = 0;

function called(person: PersonView): PersonView {
  return { ...person, nickname: world.nicknames.get(person.id) ?? null };
}

function personBy(id: string): PersonView {
  const known = [
    ...clinicians,
    ...world.contacts,
    ...world.grants.map((grant) => grant.grantee),
    ...world.accesses.map((row) => row.reader),
    weber,
  ];
  return called(known.find((one) => one.id === id) ?? fail("notFound", `no person ${id}`));
}

function grantBy(id: string): GrantView {
  return world.grants.find((one) => one.id === id) ?? fail("notFound", `no grant ${id}`);
}

export function covers(what: GrantWhat, row: RecordRow): boolean {
  switch (what.kind) {
    case "collection":
      return row.collection === what.collection;
    case "record":
      return row.id === what.recordId;
    case "everything":
      return true;
    case "several":
      return [...what.collections, ...what.within].includes(row.collection);
  }
}

/** What a choice is made of: without the future, a collection stands for what lies in it. */
function parts(targets: GrantTarget[], future: boolean): GrantTarget[] {
  if (future) return targets;
  return targets.flatMap((target) =>
    target.kind === "record"
      ? [target]
      : world.records
          .filter((row) => row.collection === target.collection)
          .map((row) => ({ kind: "record" as const, recordId: row.id })),
  );
}

function whatOf(targets: GrantTarget[], future: boolean): GrantWhat {
  const all = parts(targets, future);
  const collections = all.flatMap((one) => (one.kind === "collection" ? [one.collection] : []));
  const records = all.flatMap((one) => (one.kind === "record" ? [recordBy(one.recordId)] : []));
  const [collection] = collections;
  const [record] = records;
  if (collections.length === 1 && collection && !record) return { kind: "collection", collection };
  if (records.length === 1 && record && !collection) {
    return { kind: "record", recordId: record.id, title: record.title };
  }
  if (collections.length === COLLECTIONS.length) return { kind: "everything" };
  const within = COLLECTIONS.filter((one) => records.some((row) => row.collection === one));
  return { kind: "several", collections, records: records.length, within };
}

function changed(id: string, part: Partial<GrantView>): GrantView {
  world.grants = world.grants.map((one) => (one.id === id ? { ...one, ...part } : one));
  return grantBy(id);
}

function stop(id: string): GrantView {
  const stopping = changed(id, { state: { state: "stopping" } });
  void advance(id, [{ state: "stopped", height: world.height + 1, at: Date.now() }]);
  return stopping;
}

function isOpen({ state }: GrantView): boolean {
  return ["saved", "sent", "confirmed"].includes(state.state);
}

async function advance(id: string, states: GrantView["state"][]) {
  world.pending += 1;
  emit({ type: "grantsChanged" });
  for (const state of states) {
    await wait();
    const last = state === states.at(-1);
    world.grants = world.grants.map((one) =>
      one.id === id ? { ...one, state, partsDone: last ? one.parts : Math.ceil(one.parts / 2) } : one,
    );
    if (last) {
      world.pending -= 1;
      world.height += 1;
    }
    emit({ type: "grantsChanged" });
  }
}

/** Grants that end within the time chosen, unless they may. */
export function ending(): GrantView[] {
  const soon = Date.now() + world.reminderDays * DAY;
  return world.grants.filter(
    (grant) => isOpen(grant) && grant.until !== null && grant.until < soon && !world.mayEnd.has(grant.id),
  );
}

function takes(filter: AccessFilter, row: AccessRow): boolean {
  const which = {
    all: true,
    flagged: row.flagged,
    refused: row.outcome === "refused",
    opened: row.outcome === "read" && row.recordId !== null,
  }[filter.which ?? "all"];
  const says = `${row.reader.name} ${row.recordTitle ?? ""} ${row.hospital}`.toLowerCase();
  return (
    which &&
    (!filter.personId || filter.personId === row.reader.id) &&
    (!filter.recordId || filter.recordId === row.recordId) &&
    (!filter.from || row.at >= filter.from) &&
    (!filter.to || row.at < filter.to) &&
    (!filter.text || says.includes(filter.text.toLowerCase()))
  );
}

export const consent = {
  directory_list: () => ({ people: clinicians.map(called) }),
  contacts_list: () => ({ people: world.contacts.map(called) }),
  contacts_add: ({ card }) => {
    if (!card.replace(/\s/g, "").startsWith("carecard1"))
      fail("contactCardInvalid", "not a contact card", "missing prefix");
    world.contacts = [...world.contacts.filter((one) => one.id !== weber.id), { ...weber, contact: true }];
    return { ...weber, contact: true };
  },
  contacts_remove: ({ personId }) => {
    world.contacts = world.contacts.filter((one) => one.id !== personId);
    return {};
  },
  person_show: ({ personId }) => personBy(personId),
  person_rename: ({ personId, nickname }) => {
    if (nickname) world.nicknames.set(personId, nickname);
    else world.nicknames.delete(personId);
    return personBy(personId);
  },

  grant_preview: ({ granteeId, targets, future }) => {
    const what = whatOf(targets, future);
    const same = world.grants.find(
      (grant) =>
        grant.grantee.id === granteeId &&
        JSON.stringify(grant.what) === JSON.stringify(what) &&
        grant.state.state === "confirmed",
    );
    const count = parts(targets, future).length;
    return {
      grantee: personBy(granteeId),
      what,
      records: world.records.filter((row) =>
        targets.some((one) =>
          one.kind === "collection" ? one.collection === row.collection : one.recordId === row.id,
        ),
      ),
      includesFuture: future && targets.some((one) => one.kind === "collection"),
      existingGrantId: same?.id ?? null,
      already: same ? [{ grantId: same.id, what: same.what, until: same.until }] : [],
      parts: count,
      partsMax: PARTS_MAX,
    };
  },
  grants_create: ({ granteeId, targets, future, until, purpose, note }) => {
    serial += 1;
    const id = `g-new-${serial}`;
    const made: GrantView = {
      id,
      grantee: personBy(granteeId),
      what: whatOf(targets, future),
      created: Date.now(),
      changed: null,
      until: until ?? null,
      purpose,
      note: note ?? null,
      state: { state: "saved" },
      parts: parts(targets, future).length,
      partsDone: 0,
      opened: [],
    };
    world.grants = [made, ...world.grants];
    void advance(id, [{ state: "sent" }, { state: "confirmed", height: world.height + 1, at: Date.now() }]);
    return made;
  },
  grants_list: () => ({
    grants: world.grants.map((grant) => ({ ...grant, grantee: called(grant.grantee) })),
  }),
  grants_change: ({ grantId, until, purpose, note }) => {
    const made = changed(grantId, {
      until: until ?? null,
      purpose,
      note: note ?? null,
      changed: Date.now(),
      state: { state: "saved" },
      partsDone: 0,
    });
    void advance(grantId, [
      { state: "sent" },
      { state: "confirmed", height: world.height + 1, at: Date.now() },
    ]);
    return made;
  },
  grants_revoke: ({ grantId }) => stop(grantBy(grantId).id),
  grants_revoke_all: ({ personId }) => ({
    grants: world.grants
      .filter((grant) => grant.grantee.id === personId && isOpen(grant))
      .map((grant) => stop(grant.id)),
  }),
  grants_let_end: ({ grantId }) => {
    world.mayEnd.add(grantId);
    emit({ type: "grantsChanged" });
    return {};
  },
  reminders_get: () => ({ days: world.reminderDays }),
  reminders_set: ({ days }) => {
    world.reminderDays = days;
    emit({ type: "grantsChanged" });
    return { days };
  },

  access_log: ({ filter, offset, limit }) => {
    const rows = world.accesses.filter((row) => takes(filter, row));
    const people = new Map(world.accesses.map((row) => [row.reader.id, row.reader]));
    const records = new Map(
      world.accesses.flatMap((row) =>
        row.recordId ? [[row.recordId, { id: row.recordId, title: row.recordTitle ?? "" }] as const] : [],
      ),
    );
    return {
      rows: rows.slice(offset ?? 0, (offset ?? 0) + (limit ?? 100)),
      total: rows.length,
      flagged: world.accesses.filter((row) => row.flagged).length,
      people: [...people.values()].map(called),
      records: [...records.values()],
    };
  },
  access_export: () => ({}),
} satisfies Partial<Answers>;
