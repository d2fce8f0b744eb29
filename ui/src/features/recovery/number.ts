/** Digits as they are typed, in groups of four; everything else is left out. */
export function grouped(typed: string): string {
  const digits = typed.replace(/\D/g, "").slice(0, 16);
  return digits.replace(/(\d{4})(?=\d)/g, "$1 ");
}
