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

  it("are said somewhere", () => {
    const files = import.meta.glob<string>("../**/*.{ts,tsx}", {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const code = Object.entries(files)
      .filter(([file]) => !/i18n|bindings|\.test\./.test(file))
      .map(([, text]) => text)
      .join("\n");
    const found = (pattern: RegExp) => new Set(Array.from(code.matchAll(pattern), ([, word]) => word));
    const whole = found(/["`]([\w.]+)["`]/g);
    const begun = [...found(/`([\w.]+)\$\{/g)].filter((word) => word?.includes("."));
    for (const [key] of leaves(en)) {
      const word = key.replace(/_(one|other)$/, "");
      expect(whole.has(word) || begun.some((start) => start && word.startsWith(start)), key).toBe(true);
    }
  });
});
