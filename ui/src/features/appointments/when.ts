import dayjs from "dayjs";
import type { TFunction } from "i18next";
import { clock, day } from "@/app/locale";
import type { AppointmentView } from "@/bindings/AppointmentView";
import type { SlotView } from "@/bindings/SlotView";

/** The agreed or proposed time. */
export function slotOf(appointment: AppointmentView): SlotView | null {
  const { state } = appointment;
  return state.state === "agreed" || state.state === "proposed" ? state.slot : null;
}

/** When it is, or could be, for putting the next one first. */
export function timeOf(appointment: AppointmentView): number {
  return slotOf(appointment)?.at ?? appointment.from;
}

/** The state, with what took place told apart from what will. */
export function stateOf(
  appointment: AppointmentView,
  now: number,
): AppointmentView["state"]["state"] | "past" {
  const slot = slotOf(appointment);
  const over = appointment.state.state === "agreed" && slot !== null && slot.at + slot.minutes * 60_000 < now;
  return over ? "past" : appointment.state.state;
}

/** Whether it can still take place. */
export function isOpen(appointment: AppointmentView, now: number): boolean {
  return ["wished", "proposed", "agreed"].includes(stateOf(appointment, now));
}

/** "12 May 2027, 14:30, 20 minutes" */
export function slotIn(t: TFunction, slot: SlotView): string {
  return t("appointments.at", { date: `${day(slot.at)}, ${clock(slot.at)}`, minutes: slot.minutes });
}

/** "12 May 2027 to 16 May 2027" */
export function wishIn(t: TFunction, appointment: AppointmentView): string {
  return t("appointments.wishFor", {
    from: dayAndClock(appointment.from),
    to: dayAndClock(appointment.until),
  });
}

function dayAndClock(at: number): string {
  const time = dayjs(at);
  const edge = time.isSame(time.startOf("day")) || time.isSame(time.endOf("day"));
  return edge ? day(at) : `${day(at)}, ${clock(at)}`;
}

/** "Today", "Tomorrow", "12 May 2027". */
export function dayName(t: TFunction, at: number, now: number): string {
  if (dayjs(at).isSame(now, "day")) return t("appointments.today");
  if (dayjs(at).isSame(dayjs(now).add(1, "day"), "day")) return t("appointments.tomorrow");
  return day(at);
}
