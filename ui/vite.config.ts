import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `#host` is the program behind the window: the real one in every build, made-up data under `--mode fake` and in tests. */
export default defineConfig(({ mode, command }) => {
  const fake = mode === "fake" || mode === "test";
  if (mode === "fake" && command === "build") {
    throw new Error("The fake host is for development; it must not be built into an app.");
  }
  return {
    plugins: [react()],
    base: "./",
    clearScreen: false,
    resolve: {
      alias: {
        "@": here("./src"),
        "#host": here(fake ? "./src/fake/host.ts" : "./src/platform/tauri.ts"),
      },
    },
    server: { port: 5173, strictPort: true, host: "127.0.0.1" },
    build: {
      target: ["chrome120", "safari17"],
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 900,
    },
    test: {
      environment: "happy-dom",
      setupFiles: ["./src/test/setup.ts"],
      include: ["src/**/*.test.{ts,tsx}"],
      testTimeout: 20_000,
    },
  };
});
