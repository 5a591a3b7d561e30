// Builds bot/web/static/widget.js: one classic script, styles inside. `--size` only measures, `--check`
// compares. Fails where it grows too big, or is not what the source builds.

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "../bot/web/static/widget.js");
const MOST = 40_000;

const styles = {
  name: "styles-as-text",
  setup(building) {
    building.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const { outputFiles } = await build({
  absWorkingDir: HERE,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  plugins: [styles],
  write: false,
});
const script = outputFiles[0].contents;
const size = gzipSync(script, { level: 9 }).length;
console.log(`widget.js: ${script.length} bytes, ${size} gzip (at most ${MOST})`);
if (size > MOST) {
  console.error("The widget is too big: people on slow phones wait for it.");
  process.exit(1);
}
if (process.argv.includes("--check")) {
  const kept = await readFile(OUT).catch(() => null);
  if (!kept?.equals(Buffer.from(script))) {
    console.error("bot/web/static/widget.js is not what widget/src builds. Run `make widget`, and commit it.");
    process.exit(1);
  }
} else if (!process.argv.includes("--size")) await writeFile(OUT, script);
