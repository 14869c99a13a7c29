// Renders the prototype pages. They are written in the template language of the program (extends, block,
// include, `{{ ui.… }}`), with literal words where the program takes them from Fluent, so that they
// translate line by line. Understands only what the prototypes use.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rows } from "./rows.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const pages = readdirSync(join(here, "pages")).filter((name) => name.endsWith(".html") && !name.startsWith("_")).sort();

/** The instant the prototypes are set at: relative times and pictures stay the same. */
export const NOW = Date.parse("2026-11-20T09:32:00Z");

const read = (name) => {
  for (const folder of ["pages", "layouts"]) {
    const path = join(here, folder, name);
    if (existsSync(path)) return readFileSync(path, "utf8");
  }
  throw new Error(`no template ${name}`);
};

/** Splits `{% block x %}…{% endblock %}` at the top level; blocks may nest. */
function blocks(text) {
  const found = {};
  const tag = /\{%-?\s*(block\s+(\w+)|endblock[^%]*?)\s*-?%\}/g;
  const open = [];
  for (let match; (match = tag.exec(text)); ) {
    if (match[2]) open.push([match[2], tag.lastIndex]);
    else {
      const [name, start] = open.pop();
      found[name] ??= text.slice(start, match.index);
    }
  }
  return found;
}

function resolve(name) {
  let text = read(name);
  let overriding = {};
  for (;;) {
    const parent = /\{%\s*extends\s+"([^"]+)"\s*%\}/.exec(text);
    overriding = { ...blocks(text), ...overriding };
    if (!parent) break;
    text = read(parent[1]);
  }
  const tag = /\{%-?\s*block\s+(\w+)\s*-?%\}((?:(?!\{%-?\s*(?:end)?block)[\s\S])*?)\{%-?\s*endblock[^%]*?-?%\}/;
  for (let match; (match = tag.exec(text)); )
    text = text.slice(0, match.index) + (overriding[match[1]] ?? match[2]) + text.slice(match.index + match[0].length);
  text = text.replace(/\{%\s*include\s+"([^"]+)"\s*%\}/g, (_, part) => expand(read(part)));
  return text;
}

const expand = (text) => text.replace(/\{%\s*include\s+"([^"]+)"\s*%\}/g, (_, part) => expand(read(part)));

function time(ago, language) {
  const [, amount, unit] = /^(-?\d+)([mhd])$/.exec(ago);
  const at = new Date(NOW - amount * { m: 60e3, h: 3600e3, d: 86400e3 }[unit]);
  const locale = language === "en" ? "en-GB" : language;
  const zone = { timeZone: "Europe/Berlin" };
  const full = at.toLocaleString(locale, { ...zone, dateStyle: "full", timeStyle: "short" });
  const sameDay = at.toDateString() === new Date(NOW).toDateString();
  const short = sameDay ? at.toLocaleTimeString(locale, { ...zone, hour: "2-digit", minute: "2-digit" }) : at.toLocaleDateString(locale, { ...zone, day: "numeric", month: "short" });
  return `<time datetime="${at.toISOString()}" title="${full}" data-ago>${short}</time>`;
}

/** One page as HTML. `asset` maps a logical name to its address. */
export function render(name, asset, theme = "auto") {
  const language = /\{#\s*language:\s*(\w+)\s*#\}/.exec(read(name))?.[1] ?? "en";
  return resolve(name)
    .replace(/\{#[\s\S]*?#\}\s*/g, "")
    .replace(/\{\{\s*rows\((.*?)\)\s*\}\}/g, (_, args) => rows(...JSON.parse(`[${args}]`)))
    .replace(/\{\{\s*ago\("([^"]+)"\)\s*\}\}/g, (_, ago) => time(ago, language))
    .replace(/\{\{\s*ui\.icon\("([^"]+)"\)\s*\}\}/g, (_, icon) => `<svg class="icon" aria-hidden="true"><use href="${asset("icons.svg")}#${icon}"/></svg>`)
    .replace(/\{\{\s*ui\.asset\("([^"]+)"\)\s*\}\}/g, (_, file) => asset(file))
    .replace(/\{\{\s*ui\.(\w+)\(\)\s*\}\}/g, (_, field) => ({ lang: language, theme, single_keys: "on" })[field] ?? `[${field}]`)
    .replace(/^\s*\n/gm, "");
}
