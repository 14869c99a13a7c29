// Every page of the program on a phone: nothing wider than the window, nothing cut, tables that say what their cells are,
// and targets that a thumb finds. The pages are found by following links, one of each kind.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeFileSync } from "node:fs";
import { open } from "./desk.mjs";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 };
const pictures = new URL("../artefacts/", import.meta.url).pathname;
let desk;
before(async () => {
  desk = await open();
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
});

/** What a thumb needs, in CSS pixels. */
const THUMB = 44;

/** Looks at the page that is shown. */
const geometry = (THUMB) => {
  const found = [];
  const name = (element) => {
    const own = element.id ? `#${element.id}` : `${element.tagName.toLowerCase()}${[...element.classList].slice(0, 3).map((one) => `.${one}`).join("")}`;
    const up = element.parentElement?.closest("[class], [id]");
    return `${up ? `${up.id ? `#${up.id}` : `.${[...up.classList].join(".")}`} > ` : ""}${own} “${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 24)}”`;
  };
  const isSeen = (element) => element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
  const wider = document.documentElement.scrollWidth - innerWidth;
  if (wider > 0) found.push(`${wider} px wider than the window`);
  // A pane that scrolls to the side is as bad, but for what scrolls on purpose: boards, tables with a frame, code, tabs.
  for (const pane of document.querySelectorAll(".pane, main, .page, .thread, .context, dialog[open], .menu:popover-open")) {
    if (!isSeen(pane) || pane.scrollWidth <= pane.clientWidth + 1) continue;
    const edge = pane.getBoundingClientRect().right + 1;
    const culprit = [...pane.querySelectorAll("*")].filter((one) => isSeen(one) && one.getBoundingClientRect().right > edge && !one.closest(".table-wrap, .board, pre, .code, .tabs, .sr, .toasts")).at(-1);
    if (culprit) found.push(`wide: ${name(culprit)} ends at ${Math.round(culprit.getBoundingClientRect().right)}`);
  }
  // Tables: a cell says what it is, or its head does.
  for (const table of document.querySelectorAll("table")) {
    if (!isSeen(table)) continue;
    const wrap = table.closest(".table-wrap");
    if (wrap && wrap.scrollWidth > wrap.clientWidth + 1 && !table.matches(".matrix, .table-wide")) found.push(`sideways: ${name(table)} in ${wrap.clientWidth} px needs ${wrap.scrollWidth}`);
    const heads = [...table.querySelectorAll("thead th")].filter((head) => head.textContent.trim());
    if (table.matches(".matrix, .table-wide") || heads.length < 3) continue;
    for (const cell of [...(table.tBodies[0]?.rows[0]?.cells ?? [])].slice(1)) {
      const head = table.querySelectorAll("thead th")[cell.cellIndex]?.textContent.trim();
      if (cell.colSpan > 1 || cell.querySelector("button, form, .state, .badge, .person")) continue;
      if (head && cell.textContent.trim() && !cell.dataset.label) found.push(`no label: ${name(table)} “${cell.textContent.trim().slice(0, 24)}” is ${head}`);
    }
  }
  // Controls that cannot be told apart.
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!isSeen(control)) continue;
    const words = control.labels?.length || control.getAttribute("aria-label") || control.getAttribute("aria-labelledby") || control.title;
    if (!words) found.push(`no name: ${name(control)}`);
  }
  // Targets: the element, or what of it can be hit.
  const hits = (element, x, y) => {
    if (x < 1 || y < 1 || x > innerWidth - 1 || y > innerHeight - 1) return true;
    const hit = document.elementFromPoint(x, y);
    return !!hit && (element.contains(hit) || [...(element.labels ?? [])].some((label) => label.contains(hit)) || hit.closest("a, button, label, summary, input, select") === element);
  };
  for (const target of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]")) {
    if (!isSeen(target) || target.closest(".sr, .skip, noscript, iframe, [aria-hidden=true], .toasts") || target.matches(".skip, .sr")) continue;
    const style = getComputedStyle(target);
    if (style.pointerEvents === "none" || style.opacity === "0" && !target.matches("input")) continue;
    // A link in a line of text is as high as the line.
    const isInText = target.matches("a, .link-button") && style.display === "inline" && [...(target.parentElement?.childNodes ?? [])].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (isInText) continue;
    // A row that is a link as a whole.
    const over = getComputedStyle(target, "::after");
    const whole = style.position === "static" && over.position === "absolute" && over.inset === "0px" ? target.offsetParent : target;
    let box = whole.getBoundingClientRect();
    for (const label of target.labels ?? []) {
      const wide = label.getBoundingClientRect();
      if (label.contains(target) && wide.height > box.height) box = wide;
    }
    if (box.height >= THUMB - 0.5 && box.width >= THUMB - 0.5) continue;
    target.scrollIntoView({ block: "center", inline: "nearest" });
    box = whole.getBoundingClientRect();
    for (const label of target.labels ?? []) {
      const wide = label.getBoundingClientRect();
      if (label.contains(target) && wide.height > box.height) box = wide;
    }
    const [x, y, half] = [box.x + box.width / 2, box.y + box.height / 2, THUMB / 2 - 1];
    const isHigh = box.height >= THUMB - 0.5 || (hits(target, x, y - half) && hits(target, x, y + half));
    const isWide = box.width >= THUMB - 0.5 || (hits(target, x - half, y) && hits(target, x + half, y));
    if (!isHigh || !isWide) found.push(`small ${Math.round(box.width)}×${Math.round(box.height)}: ${name(target)}`);
  }
  // Words cut off without a way to see them.
  for (const one of document.querySelectorAll("h1, h2, h3, button, .button, label, th, td, dt, dd, .state, .badge, legend, summary")) {
    if (!isSeen(one) || one.title || one.closest("[title], .sr, .row, .views, .ticket-head, .pane-head, .chips, .mini, .notice, thead, a, .cut, .skeleton")) continue;
    if (one.scrollWidth > one.clientWidth + 1 && ["hidden", "clip"].includes(getComputedStyle(one).overflowX)) found.push(`cut: ${name(one)}`);
  }
  return [...new Set(found)];
};

/** One of each kind of page: numbers and codes in an address do not count, nor what is chosen on it. */
const kind = (url) => `${url.pathname.replace(/\/\d+(?=\/|$)/g, "/N").replace(/\/(p|reset|invite)\/.*/, "/$1/T")}?${[...url.searchParams.keys()].sort().join("&")}${url.searchParams.get("as") ?? ""}`;
const isPage = (url) => url.origin === desk.base && !/^\/(assets|attachments|api\/|sign-out|brand|worker|manifest)|export|\/raw|\.(xlsx|csv|ics)/.test(url.pathname) && !url.searchParams.has("download") && !url.searchParams.has("lang");

async function walk(page, starts, seen, report, mark) {
  const waiting = starts.map((path) => new URL(path, desk.base));
  for (let url; (url = waiting.shift()); ) {
    if (seen.has(kind(url))) continue;
    seen.add(kind(url));
    const answer = await page.goto(url.href, { waitUntil: "load" }).catch(() => null);
    if (!answer || !answer.headers()["content-type"]?.startsWith("text/html")) continue;
    const here = new URL(page.url());
    if (kind(here) !== kind(url)) {
      if (seen.has(kind(here))) continue;
      seen.add(kind(here));
    }
    await page.waitForTimeout(60);
    const place = `${here.pathname}${here.search}`;
    if (answer.status() >= 500) report.push(`${place}: ${answer.status()}`);
    for (const details of await page.$$("details:not([open])")) await details.evaluate((one) => (one.open = true));
    for (const line of await page.evaluate(geometry, THUMB)) report.push(`${place}: ${line}`);
    // What opens over the page.
    for (const id of await page.evaluate(() => [...document.querySelectorAll("[popover]")].map((one) => one.id).filter((id) => !/^m\d+-menu$/.test(id)))) {
      const isOpen = await page.evaluate((id) => { const one = document.getElementById(id); try { one.showPopover(); } catch { return false; } return one.checkVisibility(); }, id);
      if (isOpen) for (const line of await page.evaluate(geometry, THUMB)) if (line.includes(`#${id}`) || /^(wide|\d+ px)/.test(line)) report.push(`${place} with #${id}: ${line}`);
      await page.evaluate((id) => { try { document.getElementById(id).hidePopover(); } catch { /* it has closed itself */ } }, id);
    }
    if (process.env.PHONE_PICTURES) await page.screenshot({ path: `${pictures}phone-${mark}-${kind(here).replace(/[^a-zA-Z0-9]+/g, "_")}.png`, fullPage: false });
    for (const href of await page.$$eval("a[href]", (links) => links.map((link) => link.href))) {
      const next = new URL(href);
      next.hash = "";
      if (isPage(next) && !seen.has(kind(next))) waiting.push(next);
    }
  }
}

test("every page fits a phone", async () => {
  const report = [], seen = new Set();
  const mara = await desk.person(phone);
  await desk.signIn(mara, "mara@lindgren.example");
  await walk(mara, ["/tickets?view=open", "/tickets?view=open&as=board", "/tickets/new", "/admin", "/profile", "/notifications", "/offline", "/search?q=lift", "/views", "/waiting", "/call-backs", "/styleguide", "/no-such-page"], seen, report, "mara");
  const signedIn = seen.size;
  const nobody = await desk.person(phone);
  await walk(nobody, ["/sign-in", "/forgot", "/portal", "/portal/sign-in", "/p/wrong"], seen, report, "nobody");
  console.log(`${signedIn} kinds of pages signed in, ${seen.size - signedIn} without`);
  writeFileSync(`${pictures}phone.txt`, `${report.join("\n")}\n`);
  assert.ok(signedIn > 60, `${signedIn}`);
  assert.deepEqual(report, []);
});
