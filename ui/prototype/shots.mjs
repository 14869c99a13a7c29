// Pictures and accessibility of every prototype page: `node prototype/shots.mjs [--to DIR] [--axe-only] [page…]`.
// Wide and phone-sized, light and dark; exits 1 if axe, the console or the policy reports anything.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { pages } from "./render.mjs";
import { serve } from "./serve.mjs";

const args = process.argv.slice(2);
const to = args.includes("--to") ? args.splice(args.indexOf("--to"), 2)[1] : "shots";
const axeOnly = args.includes("--axe-only");
const wanted = args.filter((arg) => !arg.startsWith("--"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await serve(0);
const base = `http://127.0.0.1:${server.address().port}`;
mkdirSync(to, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let bad = 0;
for (const [size, width, height] of [["wide", 1440, 900], ["phone", 390, 844]])
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin" });
    for (const name of pages.filter((page) => !wanted.length || wanted.some((want) => page.startsWith(want)))) {
      const page = await context.newPage();
      await page.clock.setFixedTime(new Date("2026-11-20T09:32:00Z"));
      const say = (what) => { bad++; console.log(`${name} ${size} ${scheme}: ${what}`); };
      // A sandboxed message refuses even the checker's own scripts; that is what it is for.
      page.on("console", (message) => message.type() === "error" && !message.text().includes("frame is sandboxed") && say(message.text()));
      page.on("pageerror", (error) => say(error.message));
      await page.goto(`${base}/${name}`, { waitUntil: "load" });
      await page.waitForTimeout(150);
      if (!axeOnly) await page.screenshot({ path: `${to}/${name.replace(".html", "")}-${size}-${scheme}.png` });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) say(`${wider} px wider than the window`);
      await page.evaluate(axe);
      const result = await page.evaluate(() => window.axe?.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      if (!result) say("axe did not run");
      for (const violation of result?.violations ?? [])
        say(`axe ${violation.id}: ${violation.nodes.length}× ${violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).join(" | ").slice(0, 400)}`);
      await page.close();
    }
    await context.close();
  }
await browser.close();
server.close();
server.closeAllConnections();
console.log(bad ? `${bad} findings` : "no findings");
process.exit(bad ? 1 : 0);
