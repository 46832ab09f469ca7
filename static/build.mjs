// Builds static/dist/: app.css, app.js, theme.js, charts.js, editor.js, icons.svg, the fonts and our own images.
// `--strict` turns a warning (an icon that does not exist) into a failure.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const dist = join(here, "dist");
const staging = join(here, "dist.new");
const strict = process.argv.includes("--strict");
const warnings = [];

// An icon is named in a template as {% icon "x" %} or icon="x", and in Python or JSON as icon="x" or "icon": "x".
const ICON = /\bicon(?:["']?\s*[=:]\s*|\s+)["']([a-z][a-z0-9-]*)["']/g;
// These calls also take the icon by position; of their strings those that Tabler knows are taken.
const CALL = /\b(?:NavigationEntry|BulkAction|Empty)\((?=([\s\S]{0,260}))/g;
const SOURCES = ["templates", "clm", "contracts", "slas", "obligations", "billing"];

const isIcon = (name) => existsSync(join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`));

async function* sources(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(html|py)$/.test(entry.name)) yield path;
  }
}

async function usedIcons() {
  const used = new Map();
  for (const folder of SOURCES) {
    for await (const path of sources(join(root, folder))) {
      const text = await readFile(path, "utf8");
      for (const match of text.matchAll(ICON)) used.set(match[1], relative(root, path));
      for (const call of path.endsWith(".py") ? text.matchAll(CALL) : []) {
        for (const [, word] of call[1].matchAll(/["']([a-z][a-z0-9-]+)["']/g)) if (isIcon(word)) used.set(word, relative(root, path));
      }
    }
  }
  return [...used].sort(([a], [b]) => a.localeCompare(b));
}

async function symbol(name, path) {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -7)}.svg` : `outline/${name}.svg`;
  const svg = await readFile(join(here, "node_modules/@tabler/icons/icons", file), "utf8").catch(() => null);
  if (svg === null) {
    warnings.push(`${path}: Tabler has no icon "${name}"`);
    return "";
  }
  const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
}

async function sprite() {
  const symbols = await Promise.all((await usedIcons()).map(([name, path]) => symbol(name, path)));
  const note = "<!-- Tabler Icons, MIT, Copyright (c) Pawel Kuna -->";
  await writeFile(join(staging, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${note}${symbols.join("")}</svg>\n`);
  return symbols.filter(Boolean).length;
}

const common = {
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "eof",
  target: ["es2022"],
  outdir: staging,
  logLevel: "warning",
};

// The new bundle is built beside the old one and takes its place whole, so that a failed build changes nothing.
await rm(staging, { recursive: true, force: true });
await mkdir(staging, { recursive: true });
await Promise.all([
  build({ ...common, format: "esm", entryPoints: { app: "js/app.js", charts: "js/charts.js", editor: "js/editor.js" }, absWorkingDir: here }),
  build({ ...common, format: "iife", entryPoints: { theme: "js/theme.js" }, absWorkingDir: here }),
  build({
    ...common,
    target: ["esnext"],
    entryPoints: { app: "css/app.css" },
    absWorkingDir: here,
    loader: { ".woff2": "file", ".svg": "dataurl" },
    assetNames: "fonts/[name]",
  }),
  cp(join(here, "img"), join(staging, "img"), { recursive: true }),
]);
const icons = await sprite();
await rm(dist, { recursive: true, force: true });
await cp(staging, dist, { recursive: true });
await rm(staging, { recursive: true, force: true });

console.log(`static/dist is built: ${icons} icons`);
for (const warning of warnings) console.warn(`warning: ${warning}`);
if (strict && warnings.length) process.exit(1);
