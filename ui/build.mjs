// Builds everything the pages load into `dist/`: style sheets, scripts, the icon sprite and the font.
//
//   node build.mjs            one build, minified, with a .gz beside each file
//   node build.mjs --watch    builds again when a source changes (no .gz)
//
// File names carry a hash of their content, so they can be cached for ever; `manifest.json` maps
// the logical name ("agent.css") to the hashed one ("agent-3F2A9C01.css").
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const watching = process.argv.includes("--watch");

/** Lucide icons in the sprite; the names are those of lucide.dev. */
const LUCIDE = `
  activity archive arrow-down arrow-up arrow-down-left arrow-left arrow-left-right arrow-right arrow-up-right at-sign ban bell bold book-open building-2
  bookmark calendar chart-column check chevron-down chevron-left chevron-right chevrons-up-down columns-3 circle-alert circle-check circle-help
  clipboard clock code copy corner-up-left download ellipsis ellipsis-vertical external-link eye eye-off file file-text
  filter forward git-merge globe history house image inbox info italic key keyboard languages laptop link list
  list-ordered lock cloud-off log-out mail mail-warning message-square monitor moon package panel-right paperclip pencil phone
  minus pin plus printer quote refresh-cw reply reply-all rotate-ccw search send server settings shield shield-check
  shield-alert sliders-horizontal smartphone split star sticky-note strikethrough sun tag trash-2 triangle-alert undo-2
  message-square-quote folder alarm-clock messages-square file-stack bell-ring stamp thumbs-up thumbs-down clipboard-check phone-call phone-missed list-checks circle-pause graduation-cap hand hourglass pause play shuffle
  upload user user-check user-plus users webhook x zap footprints mailbox menu redo-2 remove-formatting bot
`.trim().split(/\s+/);

/** Latin-1, typographic punctuation and arrows: what English, German, Dutch and French pages need. */
function characters() {
  let all = "–—‘’‚“”„•…‹›€™→←↑↓−≤≥";
  for (let code = 0x20; code < 0x7f; code++) all += String.fromCharCode(code);
  for (let code = 0xa0; code <= 0xff; code++) all += String.fromCharCode(code);
  return all;
}

/** Channels by the word the program has for them, so that templates need no table. */
const CHANNELS = { email: "mail", web: "globe", api: "code", phone: "phone", walk_in: "footprints", letter: "mailbox", chat: "message-square", messaging: "smartphone" };

const manifest = {};

/** Writes `content` under its hashed name, with a .gz beside it when that is smaller. */
function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(dist, file), bytes);
  if (!watching && !/\.(woff2|png)$/.test(name)) writeFileSync(join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  manifest[name] = file;
  return file;
}

/** One SVG of symbols. */
function sprite() {
  const symbols = [];
  const add = (name, svg) => {
    const box = /viewBox="([^"]+)"/.exec(svg)[1];
    const body = svg
      .replace(/<!--.*?-->/gs, "")
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/\s+/g, " ")
      .replace(/ ?\/>/g, "/>")
      .replace(/> </g, "><")
      .trim();
    symbols.push(`<symbol id="${name}" viewBox="${box}">${body}</symbol>`);
  };
  const lucide = join(here, "node_modules/lucide-static/icons");
  for (const name of LUCIDE) add(name, readFileSync(join(lucide, `${name}.svg`), "utf8"));
  for (const [word, name] of Object.entries(CHANNELS)) add(`channel-${word}`, readFileSync(join(lucide, `${name}.svg`), "utf8"));
  const own = join(here, "icons");
  for (const file of readdirSync(own).filter((file) => file.endsWith(".svg")).sort())
    add(file.slice(0, -4), readFileSync(join(own, file), "utf8"));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function font() {
  const source = join(here, "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  return subsetFont(readFileSync(source), characters(), {
    targetFormat: "woff2",
    // Kerning, marks and tabular figures; the alternate letter shapes would be a third of the file.
    keepFeatures: ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "calt"],
    variationAxes: { wght: { min: 400, max: 650 } },
  });
}

let fontBytes;

async function once() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const key of Object.keys(manifest)) delete manifest[key];
  fontBytes ??= await font();
  const fontFile = emit("inter.woff2", fontBytes);
  emit("icons.svg", sprite());

  const shared = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    target: ["chrome123", "firefox125", "safari17.5"],
    legalComments: "none",
    logLevel: "warning",
  };
  for (const name of ["agent", "portal"]) {
    const result = await build({ ...shared, entryPoints: [`css/${name}.css`], external: ["*.woff2"] });
    emit(`${name}.css`, result.outputFiles[0].text.replaceAll("inter.woff2", fontFile));
  }
  for (const name of ["agent", "composer"]) {
    const result = await build({ ...shared, entryPoints: [`src/${name}.ts`], format: "esm" });
    emit(`${name}.js`, result.outputFiles[0].contents);
  }
  const brand = join(here, "brand");
  for (const file of readdirSync(brand).sort()) emit(file, readFileSync(join(brand, file)));
  // The worker keeps what pages load; another version of any of it is another worker, which puts the old away.
  const kept = ["agent.css", "agent.js", "composer.js", "icons.svg", "inter.woff2", "favicon.svg"].map((name) => `/assets/${manifest[name]}`);
  const version = createHash("sha256").update(kept.join("\n")).digest("hex").slice(0, 8);
  const worker = await build({ ...shared, entryPoints: ["src/worker.ts"], format: "iife", define: { FILES: JSON.stringify(kept), VERSION: JSON.stringify(version) } });
  emit("worker.js", worker.outputFiles[0].contents);
  writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
}

function report() {
  for (const [name, file] of Object.entries(manifest)) {
    const raw = statSync(join(dist, file)).size;
    const gz = join(dist, `${file}.gz`);
    const sent = existsSync(gz) ? statSync(gz).size : raw;
    console.log(`${name.padEnd(14)} ${(raw / 1024).toFixed(1).padStart(7)} KB  ${(sent / 1024).toFixed(1).padStart(6)} KB sent`);
  }
}

await once();
report();

if (watching) {
  let timer;
  for (const folder of ["src", "css", "icons"])
    watch(join(here, folder), () => {
      clearTimeout(timer);
      timer = setTimeout(() => once().then(() => console.log("built"), (error) => console.error(error.message)), 50);
    });
}
