import { afterEach, describe, expect, it, vi } from "vitest";
import { bytes, digits, documentDate, guardNavigatorLanguage, setTongue, systemTongue } from "./locale";

afterEach(() => {
  vi.restoreAllMocks();
  setTongue("en");
});

describe("a computer without a language", () => {
  it("is spoken to in English", () => {
    vi.spyOn(navigator, "language", "get").mockReturnValue("C");
    expect(systemTongue()).toBe("en");
  });

  it("does not break what asks the browser for its locale", () => {
    Object.defineProperty(navigator, "language", { value: "C", configurable: true });
    guardNavigatorLanguage();
    expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow();
  });
});

describe("a date of a document", () => {
  it("is as precise as the document says, and no more", () => {
    expect(documentDate("1962")).toBe("1962");
    expect(documentDate("1962-05")).toBe("May 1962");
    expect(documentDate("1962-05-12")).toBe("12 May 1962");
  });

  it("stays as it is when it is in words", () => {
    expect(documentDate("in childhood")).toBe("in childhood");
  });
});

describe("numbers", () => {
  it("keep the document's digits and take the sign of the language", () => {
    setTongue("de");
    expect(digits("5.40"), "the trailing zero is part of the measurement").toBe("5,40");
    expect(digits("<0.5")).toBe("<0,5");
    expect(digits("1.2.3"), "not a number").toBe("1.2.3");
  });

  it("show sizes as people say them", () => {
    setTongue("en");
    expect(bytes(999)).toBe("999 B");
    expect(bytes(5_400_000)).toBe("5.4 MB");
  });
});
