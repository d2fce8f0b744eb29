import type { AppEvent } from "@/bindings/AppEvent";
import type { AppointmentView } from "@/bindings/AppointmentView";
import type { InboxItem } from "@/bindings/InboxItem";
import type { PersonView } from "@/bindings/PersonView";
import type { RequestView } from "@/bindings/RequestView";
import type { SharerView } from "@/bindings/SharerView";
import { CallError, type CommandName, type RequestOf, type ResponseOf } from "@/platform/host";
import { clinicians, haddad, maria, okafor, olsen, weber } from "./people";
import { DAY, NOW } from "./records";

/** Requests and appointments, as one made-up person sees them. */
export interface Letters {
  requests: RequestView[];
  appointments: AppointmentView[];
}

function request(part: Partial<RequestView> & Pick<RequestView, "id" | "person">): RequestView {
  return {
    outgoing: false,
    stranger: false,
    collections: ["heart", "medication"],
    until: NOW + 180 * DAY,
    purpose: "treatment",
    words: "",
    appointmentId: null,
    asked: NOW - DAY / 4,
    changed: NOW - DAY / 4,
    state: { state: "asked" },
    delivery: "sent",
    unread: true,
    allowed: null,
    ...part,
  };
}

function appointment(
  part: Partial<AppointmentView> & Pick<AppointmentView, "id" | "person">,
): AppointmentView {
  return {
    outgoing: true,
    stranger: false,
    from: NOW + 3 * DAY,
    until: NOW + 10 * DAY,
    meeting: "inPerson",
    reason: "Palpitations since last week",
    words: "",
    offer: [],
    wished: NOW - DAY,
    changed: NOW - DAY / 3,
    state: { state: "wished" },
    said: "",
    delivery: "sent",
    unread: false,
    ...part,
  };
}

const slot = { at: NOW + 4 * DAY, minutes: 20, place: "Room 4, second floor" };

export function makeLetters(): Record<string, Letters> {
  return {
    maria: {
      requests: [
        request({
          id: "q1",
          person: okafor,
          words: "Before I change the dose I would like to see how your heart has been.",
        }),
        request({ id: "q2", person: olsen, stranger: true, collections: ["general"], until: null }),
        request({
          id: "q3",
          person: haddad,
          asked: NOW - 40 * DAY,
          changed: NOW - 39 * DAY,
          unread: false,
          state: {
            state: "narrowed",
            allowed: { collections: ["heart"], records: 0, until: NOW + 100 * DAY },
          },
        }),
      ],
      appointments: [
        appointment({
          id: "p1",
          person: haddad,
          state: { state: "proposed", slot },
          said: "That week I am away. Would this suit you?",
          offer: ["heart"],
        }),
        appointment({
          id: "p2",
          person: okafor,
          reason: "Yearly check-up",
          meeting: "phone",
          state: { state: "agreed", slot: { at: NOW + 20 * DAY, minutes: 15, place: "I call you" } },
        }),
        appointment({ id: "p3", person: olsen, reason: "Weight", state: { state: "calledOff", byMe: true } }),
      ],
    },
    haddad: {
      requests: [
        request({
          id: "r1",
          person: maria,
          outgoing: true,
          changed: NOW - DAY / 2,
          collections: ["heart", "laboratory"],
          state: {
            state: "narrowed",
            allowed: { collections: ["heart"], records: 0, until: NOW + 90 * DAY },
          },
        }),
        request({
          id: "r2",
          person: weber,
          outgoing: true,
          changed: NOW - 3 * DAY,
          unread: false,
          state: { state: "declined", words: "Not now, please." },
        }),
      ],
      appointments: [
        appointment({
          id: "w1",
          person: weber,
          outgoing: false,
          stranger: true,
          unread: true,
          words: "It comes at night, when I lie on the left side.",
          offer: ["heart", "medication"],
        }),
        appointment({
          id: "w2",
          person: maria,
          outgoing: false,
          reason: "Control after the new dose",
          changed: NOW - 2 * DAY,
          state: { state: "agreed", slot: { ...slot, at: NOW + DAY } },
        }),
      ],
    },
  };
}

interface Stage {
  letters: () => Letters;
  patients: () => SharerView[];
  personBy: (id: string) => PersonView;
  emit: (event: AppEvent) => void;
}

type Named = Extract<
  CommandName,
  `request_${string}` | `requests_${string}` | `appointment${string}` | "message_seen" | "inbox_list"
>;
type Answers = { [K in Named]: (request: RequestOf<K>) => ResponseOf<K> };

let serial = 0;

export function askAnswers(stage: Stage): Answers {
  const changeRequest = (id: string, part: Partial<RequestView>): RequestView => {
    const letters = stage.letters();
    letters.requests = letters.requests.map((one) => (one.id === id ? { ...one, ...part } : one));
    stage.emit({ type: "messagesChanged" });
    return letters.requests.find((one) => one.id === id) ?? lost(id);
  };
  const changeAppointment = (id: string, part: Partial<AppointmentView>): AppointmentView => {
    const letters = stage.letters();
    letters.appointments = letters.appointments.map((one) => (one.id === id ? { ...one, ...part } : one));
    stage.emit({ type: "messagesChanged" });
    return letters.appointments.find((one) => one.id === id) ?? lost(id);
  };
  return {
    requests_list: () => ({ requests: stage.letters().requests }),
    request_ask: ({ personId, collections, until, purpose, words, appointmentId }) => {
      serial += 1;
      const made = request({
        id: `n${serial}`,
        person: stage.personBy(personId),
        outgoing: true,
        collections,
        until: until ?? null,
        purpose,
        words,
        appointmentId: appointmentId ?? null,
        asked: Date.now(),
        changed: Date.now(),
        unread: false,
      });
      stage.letters().requests.unshift(made);
      stage.emit({ type: "messagesChanged" });
      return made;
    },
    request_withdraw: ({ requestId }) => changeRequest(requestId, { state: { state: "withdrawn" } }),
    request_decline: ({ requestId, words }) =>
      changeRequest(requestId, { state: { state: "declined", words } }),
    request_confirm: ({ requestId }) => changeRequest(requestId, { state: { state: "granted" } }),
    message_seen: ({ id }) => {
      const letters = stage.letters();
      for (const one of [...letters.requests, ...letters.appointments]) if (one.id === id) one.unread = false;
      stage.emit({ type: "messagesChanged" });
      return {};
    },
    appointments_list: () => ({ appointments: stage.letters().appointments }),
    appointment_wish: ({ personId, ...wish }) => {
      serial += 1;
      const person = clinicians.find((one) => one.id === personId) ?? lost(personId);
      const made = appointment({
        id: `n${serial}`,
        person,
        ...wish,
        wished: Date.now(),
        changed: Date.now(),
      });
      stage.letters().appointments.unshift(made);
      stage.emit({ type: "messagesChanged" });
      return made;
    },
    appointment_answer: ({ appointmentId, at, minutes, place, words }) => {
      const had = stage.letters().appointments.find((one) => one.id === appointmentId) ?? lost(appointmentId);
      const inside = at >= had.from && at < had.until;
      const time = { at, minutes, place };
      const state = inside
        ? { state: "agreed" as const, slot: time }
        : { state: "proposed" as const, slot: time };
      return changeAppointment(appointmentId, { state, said: words, changed: Date.now() });
    },
    appointment_accept: ({ appointmentId }) => {
      const had = stage.letters().appointments.find((one) => one.id === appointmentId) ?? lost(appointmentId);
      if (had.state.state !== "proposed") return had;
      return changeAppointment(appointmentId, { state: { state: "agreed", slot: had.state.slot } });
    },
    appointment_decline: ({ appointmentId, words }) =>
      changeAppointment(appointmentId, { state: { state: "declined" }, said: words }),
    appointment_call_off: ({ appointmentId, words }) =>
      changeAppointment(appointmentId, { state: { state: "calledOff", byMe: true }, said: words }),
    appointment_export: () => ({}),
    inbox_list: () => {
      const letters = stage.letters();
      const items: InboxItem[] = [
        ...letters.requests
          .filter((one) => one.outgoing && !["asked", "withdrawn"].includes(one.state.state))
          .map((one) => ({
            id: one.id,
            at: one.changed,
            unread: one.unread,
            person: one.person,
            about: { kind: "answer" as const, request: one },
          })),
        ...letters.appointments
          .filter((one) => !one.outgoing)
          .map((one) => ({
            id: one.id,
            at: one.changed,
            unread: one.unread,
            person: one.person,
            about: { kind: "appointment" as const, appointment: one },
          })),
        ...stage.patients().flatMap((sharer) =>
          sharer.shares
            .filter((share) => share.state === "active")
            .map((share) => ({
              id: share.id,
              at: share.received,
              unread: false,
              person: sharer.patient,
              about: { kind: "share" as const, share },
            })),
        ),
      ].sort((a, b) => b.at - a.at);
      return { items, unread: items.filter((one) => one.unread).length };
    },
  };
}

function lost(id: string): never {
  throw new CallError({ code: "notFound", message: `nothing under ${id}`, detail: null });
}
