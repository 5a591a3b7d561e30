// Builds bot/web/static/widget.js: one classic script, styles inside; and copies what the console's pages use. `--size` only measures, `--check`
// compares. Fails where it grows too big, or is not what the source builds.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "../bot/web/static");
const OUT = join(STATIC, "widget.js");
// What the console's pages use, as it comes from its makers: nothing is fetched from elsewhere.
const VENDORED = ["htmx.org/dist/htmx.min.js", "chart.js/dist/chart.umd.min.js"];
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
const files = [[OUT, Buffer.from(script)]];
for (const name of VENDORED) {
  const text = await readFile(join(HERE, "node_modules", name), "utf8");
  // The map that the last line names is not there.
  const code = text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
  files.push([join(STATIC, "vendor", basename(name)), Buffer.from(code)]);
}
if (process.argv.includes("--check")) {
  for (const [path, made] of files) {
    const kept = await readFile(path).catch(() => null);
    if (kept?.equals(made)) continue;
    console.error(
      `${path.slice(HERE.length - "widget".length)} is not what widget/ builds. Run \`make widget\`, and commit it.`,
    );
    process.exit(1);
  }
} else if (!process.argv.includes("--size")) {
  await mkdir(join(STATIC, "vendor"), { recursive: true });
  for (const [path, made] of files) await writeFile(path, made);
}
