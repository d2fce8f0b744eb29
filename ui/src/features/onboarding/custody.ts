import type { Custody } from "@/bindings/Custody";

/** What shall open a profile, as it is being chosen. */
export interface CustodyChoice {
  custody: Custody;
  typed: string;
  again: string;
}

export const emptyCustody: CustodyChoice = { custody: "pin", typed: "", again: "" };

export const PASSPHRASE_MIN = 10;
const PIN_MIN = 6;

/** What is wrong with a new PIN; the program checks the same. */
export function pinFault(pin: string): "pinShort" | "pinEasy" | null {
  if (!/^\d*$/.test(pin) || pin.length < PIN_MIN) return "pinShort";
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  const [only] = steps;
  return steps.size === 1 && only !== undefined && Math.abs(only) <= 1 ? "pinEasy" : null;
}

export function custodyReady({ custody, typed, again }: CustodyChoice): boolean {
  switch (custody) {
    case "keyring":
      return true;
    case "pin":
      return pinFault(typed) === null && typed === again;
    case "passphrase":
      return typed.length >= PASSPHRASE_MIN && typed === again;
  }
}

/** As requests carry it. */
export function secretOf({ custody, typed }: CustodyChoice): string | null {
  return custody === "keyring" ? null : typed;
}
