// A rule is tried, saved, followed on a ticket and taken back, in German; then on a phone in the dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, mara;
before(async () => {
  desk = await open();
  mara = await desk.person({ locale: "de-DE" });
  await desk.signIn(mara, "mara@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
const writes = (subject, id) => sendMail(desk.smtp, "ada@customer.example", support, [
  "From: Ada <ada@customer.example>", `To: ${support}`, `Subject: ${subject}`, `Message-ID: <${id}@customer.example>`,
  "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", "Seit Montag.",
]);
/** The number of the ticket with this subject. */
const ticketOf = (subject) => until(`the ticket "${subject}"`, async () => {
  await mara.goto(`${desk.base}/search?q=${encodeURIComponent(subject)}`);
  const link = mara.locator('main a[href^="/t/"]', { hasText: subject }).first();
  return (await link.count()) ? (await link.getAttribute("href")).match(/\d+/)[0] : null;
});
/** Chooses what an action does and what it is about. */
async function acts(page, row, verb, fields) {
  await page.selectOption(`#a${row}-do`, verb);
  for (const [part, value] of Object.entries(fields)) {
    const control = page.locator(`#a${row}-${part}`);
    if ((await control.evaluate((it) => it.tagName)) === "SELECT") await control.selectOption(value);
    else await control.fill(value);
  }
}
const save = (page) => page.click("form.form-wide > .form-foot .button-primary");

test("simulate, save, trace, undo", async () => {
  await writes("Wasserschaden im Keller", "w1");
  const first = await ticketOf("Wasserschaden im Keller");

  await mara.goto(`${desk.base}/admin/rules`);
  assert.equal(await mara.textContent("h1"), "Regeln");
  await desk.look(mara, "rules-list");
  await mara.click('.page-head a[href="/admin/rules/new"]');
  await desk.look(mara, "rule-new");

  // What the choice hides cannot be filled in.
  assert.ok(!(await mara.isVisible("#span")));
  assert.ok(!(await mara.isVisible("#a0-tag")));
  await mara.fill("#name", "Wasser zuerst");
  await mara.check('[name="on"][value="ticket_opened"]');
  await mara.fill("#filter", 'wasserschaden priority:dringendst');
  await acts(mara, 0, "add_tag", { tag: "wasser" });
  await mara.click('[name="what"][value="add"]');
  await acts(mara, 1, "set_priority", { priority: "urgent" });
  await mara.click('[name="what"][value="add"]');
  await acts(mara, 2, "note", { text: "{name} hat Wasser im Haus: {subject}" });

  // A filter that cannot be read is named, and nothing is lost.
  await save(mara);
  await mara.waitForSelector("#filter-error");
  assert.match(await mara.textContent("#filter-error"), /dringendst/);
  assert.equal(await mara.inputValue("#a2-text"), "{name} hat Wasser im Haus: {subject}");
  await desk.look(mara, "rule-mistake");

  // Tried: the ticket of this week would have matched, and nothing is changed.
  await mara.fill("#filter", "wasserschaden -priority:urgent");
  await mara.fill("#ticket", first);
  await mara.click('[name="what"][value="look"]');
  await mara.waitForSelector("#effect");
  const effect = await mara.textContent("#effect");
  assert.match(effect, /Wasserschaden im Keller/);
  assert.match(effect, /würde getan/);
  await desk.look(mara, "rule-simulated");

  await save(mara);
  await mara.waitForURL(/\/admin\/rules$/);
  await mara.waitForSelector("text=Wasser zuerst");
  await mara.goto(`${desk.base}/t/${first}`);
  assert.equal(await mara.locator(".thread", { hasText: "hat Wasser im Haus" }).count(), 0, "what was before is not its business");

  // It does what it says, and says why.
  await writes("Wasserschaden im Bad", "w2");
  const second = await ticketOf("Wasserschaden im Bad");
  await until("the rule", async () => {
    await mara.goto(`${desk.base}/t/${second}`);
    return mara.locator(".thread", { hasText: "Ada hat Wasser im Haus: Wasserschaden im Bad" }).count();
  });
  await mara.click('.ticket-head [popovertarget="ticket-menu"]');
  await mara.click('#ticket-menu a[href$="/rules"]');
  const trace = await mara.textContent("main");
  assert.match(trace, /Wasser zuerst/);
  assert.match(trace, /Tag hinzufügen: wasser/);
  await desk.look(mara, "rule-trace");
  await writes("Lampe flackert", "w3");
  const other = await ticketOf("Lampe flackert");
  await until("why not", async () => {
    await mara.goto(`${desk.base}/t/${other}/rules`);
    return /dies gilt nicht: wasserschaden/.test(await mara.textContent("main"));
  });

  // Changed, and taken back.
  await mara.goto(`${desk.base}/admin/rules`);
  await mara.click("text=Wasser zuerst");
  await mara.fill("#name", "Wasser und Feuer");
  await mara.fill("#filter", "wasserschaden or feuer");
  await save(mara);
  await mara.waitForURL(/\/admin\/rules$/);
  await mara.click("text=Wasser und Feuer");
  assert.match(await mara.textContent("#versions"), /Mara Hoffmann/);
  await desk.look(mara, "rule-versions");
  await mara.click("#versions form button");
  await mara.waitForSelector("h1:text-is('Wasser zuerst')");
  assert.equal(await mara.inputValue("#filter"), "wasserschaden -priority:urgent");
  assert.equal(await mara.locator("#versions tbody tr").count(), 2);
});

test("a circle is refused and a contradiction is asked about, on a phone in the dark", async () => {
  const page = await desk.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "de-DE" });
  await desk.signIn(page, "mara@lindgren.example");
  await page.goto(`${desk.base}/admin/rules/new`);
  await page.fill("#name", "Echo");
  await page.check('[name="on"][value="note"]');
  await acts(page, 0, "note", { text: "Gelesen." });
  await save(page);
  await page.waitForSelector("text=Sie kann sich immer wieder selbst auslösen");
  await desk.look(page, "rule-circle-phone-dark");
  await page.goto(`${desk.base}/admin/rules/new`);
  await page.fill("#name", "Wasser später");
  await page.check('[name="on"][value="ticket_opened"]');
  await acts(page, 0, "set_priority", { priority: "low" });
  await save(page);
  await page.waitForSelector("text=Die Regel „Wasser zuerst“ setzt dasselbe anders");
  await desk.look(page, "rule-conflict-phone-dark");
  await page.click('[name="what"][value="despite"]');
  await page.waitForURL(/\/admin\/rules$/);
  await page.waitForSelector("text=Wasser später");
  await desk.look(page, "rules-phone-dark");
  // One that waits.
  await page.goto(`${desk.base}/admin/rules/new`);
  await page.locator('.segments label:has([value="wait"])').click();
  assert.ok(await page.isVisible("#span"));
  assert.ok(!(await page.isVisible('[name="on"]')));
  await desk.look(page, "rule-wait-phone-dark");
  await page.context().close();
});
