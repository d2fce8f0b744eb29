import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `#host` is the program behind the window: the real one in every build, made-up data under `--mode fake` and in tests. */
export default defineConfig(({ mode }) => {
  const fake = mode === "fake" || mode === "test";
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
    preview: { port: 5173, strictPort: true, host: "127.0.0.1" },
    build: {
      // What is built with made-up data goes where no app looks for it.
      outDir: fake ? "node_modules/.fake" : "dist",
      emptyOutDir: true,
      target: ["chrome120", "safari17"],
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1200,
    },
    test: {
      environment: "happy-dom",
      setupFiles: ["./src/test/setup.ts"],
      include: ["src/**/*.test.{ts,tsx}"],
      testTimeout: 20_000,
    },
  };
});
