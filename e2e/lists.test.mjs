// Lists of tickets: a filter typed, kept and used elsewhere; many changed in one step and back; a list by status.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, amy;
const support = "support@lindgren.example";
const wide = { viewport: { width: 1440, height: 900 } }, phone = { viewport: { width: 390, height: 844 } };
before(async () => {
  desk = await open();
  for (let n = 0; n < 6; n++)
    await sendMail(desk.smtp, "ada@customer.example", support, [
      "From: Ada Peters <ada@customer.example>", `To: ${support}`, `Subject: Pump ${n} leaks`, `Message-ID: <pump${n}@customer.example>`,
      "Date: Sat, 21 Nov 2026 09:00:00 +0000", "", "Since Monday.",
    ]);
  amy = await desk.person();
  await desk.signIn(amy, "amy@lindgren.example");
  await until("six tickets", async () => {
    await amy.goto(list("pump"));
    return (await amy.locator(".row").count()) === 6;
  });
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const list = (filter, more = "") => `${desk.base}/tickets?filter=${encodeURIComponent(filter)}${more}`;
const api = async (path, init = {}) => {
  const reply = await fetch(`${desk.base}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${desk.token}`, "content-type": "application/json" } });
  assert.ok(reply.ok, `${path}: ${reply.status}`);
  return reply;
};
const numbers = async (page) => (await page.locator("[data-ticket].row").evaluateAll((rows) => rows.map((row) => Number(row.dataset.ticket)))).sort((a, b) => a - b);
const states = async (page) => (await page.goto(list("pump")), page.locator(".row .meta .state").allTextContents());
const ticked = (page) => page.locator(".pick input:checked").count();

test("a filter is typed, kept as a team's view, and used by a colleague and by a program", async () => {
  const mara = await desk.person();
  await desk.signIn(mara, "mara@lindgren.example");
  await mara.goto(`${desk.base}/tickets?view=open`);
  await mara.fill("#filter", "is:opne pump");
  await mara.keyboard.press("Enter");
  await mara.waitForSelector("#filter-mistake");
  assert.match(await mara.locator("#filter-mistake").textContent(), /open/, "it says what fits there");
  await desk.look(mara, "lists-mistake-de");
  await mara.fill("#filter", "is:open -is:mine pump");
  await mara.keyboard.press("Enter");
  await mara.waitForSelector(".row");
  const found = await numbers(mara);
  assert.equal(found.length, 6);
  assert.match(await mara.locator(".list-tools .live").textContent(), /6/, "it is counted");
  await mara.click('[popovertarget="list-more"]');
  await mara.click('#list-more a[href^="/views/new"]');
  await mara.waitForSelector(".builder-line");
  await mara.fill("#name", "Pumpen");
  await mara.selectOption("#reach", "team");
  await mara.selectOption("#team", { label: "1st line" });
  await desk.look(mara, "lists-view-de");
  await mara.click(".form-foot .button-primary");
  await mara.waitForURL(/view=view-\d+/);
  const view = mara.url().match(/view-\d+/)[0];
  assert.deepEqual(await numbers(mara), found);

  // A colleague of the team has it in the side bar, with its number; one of another team has not.
  await amy.goto(`${desk.base}/tickets`);
  await amy.locator(`.views a[href$="view=${view}"] .count`, { hasText: "6" }).waitFor();
  await amy.click(`.views a[href$="view=${view}"]`);
  await amy.waitForURL(new RegExp(view));
  assert.deepEqual(await numbers(amy), found);
  const okan = await desk.person();
  await desk.signIn(okan, "okan@lindgren.example");
  assert.equal(await okan.locator(`.views a[href$="view=${view}"]`).count(), 0);
  assert.equal((await okan.goto(`${desk.base}/tickets?view=${view}`)).status(), 404);

  // A program asks for the view, for the text of it, and for a file.
  const ids = async (query) => (await (await api(`/tickets?limit=100&${query}`)).json()).items.map((one) => one.number ?? one.id).map(Number).sort((a, b) => a - b);
  assert.deepEqual(await ids(`view=${view}`), found);
  const text = (await (await api(`/views/${view.slice(5)}`)).json()).filter;
  assert.deepEqual(await ids(`filter=${encodeURIComponent(text)}`), found);
  const lines = (await (await api(`/tickets/export?view=${view}&format=jsonl`)).text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 6);
  const zip = Buffer.from(await (await api(`/tickets/export?view=${view}&format=xlsx`)).arrayBuffer());
  assert.equal(zip.subarray(0, 2).toString(), "PK");
  await mara.context().close();
  await okan.context().close();
});

test("many are chosen by key, changed in one step after a preview, and taken back", async () => {
  const before = await states(amy);
  let clicks = 0;
  await amy.exposeFunction("clicked", () => clicks++);
  await amy.evaluate(() => addEventListener("click", (event) => event.detail > 0 && window.clicked(), true));
  for (const key of ["j", "x", "j", "j", "j", "X"]) await amy.keyboard.press(key);
  assert.equal(await ticked(amy), 4, "X chooses from the last one to here");
  await amy.keyboard.press("k");
  await amy.keyboard.press("x");
  assert.equal(await ticked(amy), 3);
  await amy.keyboard.press("A");
  assert.equal(await ticked(amy), 6);
  await amy.keyboard.press("A");
  assert.equal(await ticked(amy), 0);
  assert.ok(await amy.locator(".bulk-bar").isHidden(), "no bar where nothing is chosen");
  await amy.keyboard.press("A");
  await amy.keyboard.press("x");
  assert.match(await amy.locator(".bulk-count").textContent(), /^5 /);
  await desk.look(amy, "bulk-chosen");
  await amy.keyboard.press("b");
  await amy.waitForURL(/\/bulk\?/);
  assert.equal(clicks, 0, "without the mouse");
  await amy.selectOption("#status", { label: "Solved" });
  await amy.selectOption("#priority", "high");
  await amy.fill("#add_tags", "pumps");
  await amy.press("#add_tags", "Enter");
  await amy.waitForSelector("#preview");
  assert.equal(await amy.locator("#preview tbody tr").count(), 5);
  assert.match(await amy.locator("#preview tbody").textContent(), /New → Solved/);
  assert.deepEqual(await states(amy), before, "a preview changes nothing");
  await amy.goBack();
  await desk.look(amy, "bulk-preview");
  await amy.click("#preview .button-primary");
  await amy.waitForSelector("#toasts .toast:has-text('5 tickets changed')");
  await desk.look(amy, "bulk-done");
  assert.equal((await states(amy)).filter((state) => /Solved/.test(state)).length, 5);
  assert.equal((await (await api("/tickets?filter=tag:pumps")).json()).items.length, 5);

  // At any later time, from the page of the step.
  await amy.goto(`${desk.base}/bulk/1`);
  await desk.look(amy, "bulk-step");
  await amy.click(".page-head form button");
  await amy.waitForURL(/\/bulk\/1$/);
  await desk.look(amy, "bulk-undone");
  assert.deepEqual(await states(amy), before);
  assert.equal((await (await api("/tickets?filter=tag:pumps")).json()).items.length, 0);
});

test("the notice takes it back with Ctrl+Z, and is told once", async () => {
  const before = await states(amy);
  await amy.keyboard.press("A");
  await amy.keyboard.press("b");
  await amy.waitForURL(/\/bulk\?/);
  await amy.selectOption("#priority", "urgent");
  await amy.click("button[value=preview]");
  await amy.click("#preview .button-primary");
  await amy.waitForSelector("#toasts .toast:has-text('6 tickets changed')");
  assert.ok(!amy.url().includes("bulk="), "a reload does not tell it again");
  assert.equal(await amy.locator(".row .priority-urgent").count(), 6);
  await amy.keyboard.press("Control+z");
  await amy.waitForSelector("#toasts .toast:has-text('6 tickets taken back')");
  assert.equal(await amy.locator(".row .priority-urgent").count(), 0);
  assert.deepEqual(await states(amy), before);
});

test("every list that a pair of keys leads to is there", async () => {
  for (const [key, view] of [["i", "mine"], ["u", "unassigned"], ["d", "due-today"], ["o", "open"]]) {
    await amy.keyboard.press("g");
    await amy.keyboard.press(key);
    await amy.waitForURL(new RegExp(`view=${view}$`));
    await amy.waitForSelector(".list-tools");
  }
});

test("what changed since the preview is shown before anything happens", async () => {
  await amy.goto(`${desk.base}/bulk?view=open&all=on&as=&priority=low&what=preview`);
  await amy.waitForSelector("#preview");
  const [first] = (await (await api("/tickets?filter=pump")).json()).items;
  await api(`/tickets/${first.number ?? first.id}`, { method: "PATCH", body: JSON.stringify({ priority: "urgent" }) });
  await amy.click("#preview .button-primary");
  await amy.waitForSelector("#preview .alert:has-text('Something changed since you looked')");
  await desk.look(amy, "bulk-stale");
  assert.equal((await (await api("/tickets?filter=pump%20priority:low")).json()).items.length, 0);
});

test("a list by status: a card is moved by its menu, by dragging, and back", async () => {
  const cards = (page, category) => page.locator(`.board-column[data-category="${category}"] .card-ticket`);
  await amy.goto(list("pump"));
  await amy.click(".list-tools a");
  await amy.waitForSelector(".board");
  assert.equal(await cards(amy, "new").count(), 6);
  await desk.look(amy, "board");
  for (const key of ["j", "j", "x", "k"]) await amy.keyboard.press(key);
  assert.ok(await cards(amy, "new").nth(1).locator(".pick input").isChecked(), "cards are chosen by key");
  await amy.keyboard.press("Tab");
  await amy.keyboard.press("Enter");
  await amy.locator(".menu:popover-open button[value=waiting_customer]").click();
  await amy.waitForSelector("#toasts .toast:has-text('1 ticket changed')");
  assert.equal(await cards(amy, "waiting_customer").count(), 1);
  await cards(amy, "new").first().dragTo(amy.locator('.board-column[data-category="solved"]'));
  await until("the card in the other column", async () => (await cards(amy, "solved").count()) === 1 && (await amy.locator("#toasts .toast").count()) === 1);
  assert.equal(await cards(amy, "new").count(), 4);
  await amy.locator("#toasts form button").first().click();
  await until("the card in its old column", async () => (await cards(amy, "new").count()) === 5);
  await amy.goto(list("nothing-is-called-so", "&as=board"));
  await desk.look(amy, "board-empty");
});

test("the list stands beside the ticket: j, k and Enter go through it", async () => {
  await amy.goto(list("pump"));
  const rows = await amy.locator(".row > a .number").allTextContents();
  await amy.keyboard.press("j");
  await amy.keyboard.press("Enter");
  await amy.waitForURL(/\/t\/\d+/);
  await amy.evaluate(() => { window.same = true; });
  for (const [key, at] of [["j", 1], ["j", 2], ["k", 1]]) {
    await amy.locator("fl-composer .ProseMirror").waitFor();
    await amy.evaluate(() => document.querySelector('.row > a[aria-current="true"]').focus());
    await amy.keyboard.press(key);
    await amy.keyboard.press("Enter");
    await amy.locator(".conversation h1 .number", { hasText: rows[at] }).waitFor();
  }
  assert.ok(await amy.evaluate(() => window.same), "the ticket beside the list is replaced, not the page");
  await amy.keyboard.press("x");
  assert.equal(await ticked(amy), 1, "and tickets are chosen there too");
  await desk.look(amy, "split");
});

for (const [name, options] of [
  ["wide-light-de", { ...wide, colorScheme: "light" }], ["wide-dark-de", { ...wide, colorScheme: "dark" }],
  ["phone-light-de", { ...phone, colorScheme: "light" }], ["phone-dark-de", { ...phone, colorScheme: "dark" }],
])
  test(`every page of it: ${name}`, async () => {
    const ben = await desk.person(options);
    await desk.signIn(ben, "ben@lindgren.example");
    await ben.goto(`${desk.base}/tickets?view=open`);
    await ben.locator(".pick input").first().check();
    await ben.locator(".pick input").nth(2).check();
    await desk.look(ben, `bulk-chosen-${name}`);
    await ben.goto(`${desk.base}/bulk?view=open&all=on&team=0&assignee=0&add_tags=sturm&what=preview`);
    await desk.look(ben, `bulk-preview-${name}`);
    await ben.goto(`${desk.base}/bulk?view=open&ticket=100&ticket=101&ticket=999999&priority=high&what=preview`);
    assert.equal(await ben.locator("#preview .alert").count(), 1);
    await desk.look(ben, `bulk-refused-${name}`);
    await ben.locator("#preview").screenshot({ path: new URL(`../artefacts/bulk-refused-part-${name}.png`, import.meta.url).pathname });
    await ben.click("#preview .button-primary");
    await ben.waitForURL(/\/bulk\/\d+(#|$)/);
    await desk.look(ben, `bulk-step-${name}`);
    await ben.click(".page-head form button");
    await ben.waitForLoadState();
    await desk.look(ben, `bulk-undone-${name}`);
    await ben.goto(`${desk.base}/tickets?view=open&as=board`);
    await desk.look(ben, `board-full-${name}`);
    await ben.goto(list("niemand-heißt-so", "&as=board"));
    await desk.look(ben, `board-empty-${name}`);
    await ben.goto(`${desk.base}/bulk`);
    await desk.look(ben, `bulk-none-${name}`);
    await ben.context().close();
  });

test("changing many works without scripts", async () => {
  const page = await desk.person({ ...phone, javaScriptEnabled: false });
  await desk.signIn(page, "amy@lindgren.example");
  await page.goto(list("pump"));
  await page.locator(".pick input").first().check();
  await page.locator(".bulk-bar button").first().click();
  await page.selectOption("#priority", "low");
  await page.click("button[value=preview]");
  await page.click("#preview .button-primary");
  await page.waitForSelector("#toasts .toast:has-text('1 ticket changed')");
  await page.click("#toasts form button");
  await page.waitForSelector("#toasts .toast:has-text('1 ticket taken back')");
  await page.context().close();
});
