// The tests run in happy-dom; stylesheets are read as the text that the build makes of them.
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "css-as-text",
      enforce: "pre",
      load(id) {
        return id.endsWith(".css") ? `export default ${JSON.stringify(readFileSync(id, "utf8"))}` : null;
      },
      resolveId: { order: "pre", handler: () => null },
    },
  ],
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"], pool: "threads", maxWorkers: 2 },
});
