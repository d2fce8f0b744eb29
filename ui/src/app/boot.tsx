import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

/** The nonce that the host gave to the one style element of index.html; styles made at run time carry it. */
export function styleNonce(): string {
  return document.querySelector<HTMLStyleElement>("style#n")?.nonce ?? "";
}

export function boot() {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  const nonce = styleNonce();
  if (nonce) setNonce(nonce);
  createRoot(root).render(
    <StrictMode>
      <App nonce={nonce} />
    </StrictMode>,
  );
}
