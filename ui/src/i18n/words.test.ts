import { describe, expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";

function leaves(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as [string, string]]
      : leaves(value, `${path}${key}.`),
  );
}

const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe("the two languages", () => {
  const german = new Map(leaves(de));

  it("fill the same blanks", () => {
    for (const [key, text] of leaves(en)) {
      expect(new Set(blanks(german.get(key) ?? "")), key).toEqual(new Set(blanks(text)));
    }
  });

  it("keep technical words off the main screens", () => {
    const deeper = /^(trust|ledger|access\.receipt|errors)\b/;
    const technical = /\b(transaction|hash|block|wallet|pseudonym|peer|Transaktion|Blockchain|Pseudonym)\b/i;
    for (const [key, text] of [...leaves(en), ...german]) {
      if (!deeper.test(key)) expect(text, key).not.toMatch(technical);
    }
  });
});
