import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["{properties,bench}/**/*.test.ts"],
    globalSetup: ["properties/compile-first.ts"],
    setupFiles: ["properties/fixed-seed.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Compiling Postgres, and making its code fast, is most of a short file's time: two threads do it once for all files.
    pool: "threads",
    isolate: false,
  },
});

export default config;
