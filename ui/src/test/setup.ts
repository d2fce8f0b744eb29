import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { resetWorld } from "@/fake/host";

/** What happy-dom has not got and Mantine asks for. */
vi.stubGlobal(
  "matchMedia",
  vi.fn((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    onchange: null,
    dispatchEvent: () => false,
  })),
);
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
/** A pen that draws nothing. */
const pen = new Proxy<Record<string | symbol, unknown>>(
  {},
  { get: (own, name) => own[name] ?? (() => ({ width: 0 })) },
);
HTMLCanvasElement.prototype.getContext = (() => pen) as never;
vi.stubGlobal("Path2D", function Path2D() {
  return pen;
});
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
Element.prototype.scrollIntoView = () => {};

beforeEach(() => {
  resetWorld({ pace: 5 });
  window.location.hash = "";
});

afterEach(cleanup);
