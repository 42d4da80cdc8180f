// Bundles src/ into app/static/dist with content hashes, and writes manifest.json: plain name -> hashed name.
import { build } from "esbuild";
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const ENTRIES = ["app.js", "app.css", "trainee.css"];
const target = join(here, "..", "app", "static", "dist");
const staging = `${target}.new`;

await rm(staging, { recursive: true, force: true });
await mkdir(staging, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ENTRIES.map((name) => `src/${name}`),
  outdir: staging,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  // Chromium 109 is the newest that runs on old office desktops; Safari 15 is what older phones have.
  target: ["chrome109", "safari15"],
  legalComments: "linked",
  loader: { ".svg": "file", ".png": "file", ".woff2": "file" },
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (output.entryPoint) {
    manifest[basename(output.entryPoint)] = basename(path);
  }
}
await writeFile(join(staging, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// A server may be running: put the new files in place first and the manifest that names them last.
await mkdir(target, { recursive: true });
const fresh = await readdir(staging);
for (const name of fresh.filter((each) => each !== "manifest.json")) {
  await cp(join(staging, name), join(target, name));
}
await rename(join(staging, "manifest.json"), join(target, "manifest.json"));
// Pages that are open, and servers that were started before, still ask for the old names for a while.
const DAY = 24 * 60 * 60 * 1000;
for (const name of await readdir(target)) {
  if (!fresh.includes(name) && Date.now() - (await stat(join(target, name))).mtimeMs > DAY) {
    await rm(join(target, name), { recursive: true, force: true });
  }
}
await rm(staging, { recursive: true, force: true });
