// Promises, as a manager in German sets them up: a Bavarian calendar with a lunch break and two policies; a ticket warns,
// breaks its promise and says why; the wallboard shows it. Wide and light, narrow and dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, mara, ben;
before(async () => {
  desk = await open();
  mara = await desk.person({ locale: "de-DE" });
  ben = await desk.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "de-DE" });
  await desk.signIn(mara, "mara@lindgren.example");
  await desk.signIn(ben, "ben@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example", customer = "ada@customer.example";
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const save = (page) => page.click(".form-foot .button-primary");

test("a Bavarian calendar with a lunch break", async () => {
  await mara.goto(`${desk.base}/admin/calendars/new`);
  await mara.fill("#name", "Werkstatt München");
  await mara.fill("#zone", "Europe/Berlin");
  for (const day of days.slice(0, 5)) await mara.fill(`[name="weekly/${day}"]`, "08:00-12:00, 12:30-17:00");
  // Windows that overlap are refused, and the day is named.
  await mara.fill('[name="weekly/tue"]', "08:00-12:00, 11:30-17:00");
  await mara.selectOption("#holidays", "DE-BY");
  await mara.fill("#exceptions", "2026-12-24 08:00-12:00");
  await save(mara);
  await mara.waitForSelector(".field-error");
  await desk.look(mara, "promises-calendar-mistake");
  await mara.fill('[name="weekly/tue"]', "08:00-12:00, 12:30-17:00");
  await save(mara);
  await mara.waitForURL(/\/admin\/calendars\/\d+$/);
  assert.equal(await mara.textContent("h1"), "Werkstatt München");
  assert.match(await mara.textContent("main"), /Heilige Drei Könige|Epiphany|Neujahr/);
  await desk.look(mara, "promises-calendar");
});

test("two policies: one for what is urgent, around the clock, and one for the rest", async () => {
  await mara.goto(`${desk.base}/admin/sla/new`);
  await mara.fill("#name", "Werkstatt");
  await mara.fill('[name="targets/first_response"]', "4h");
  await mara.fill('[name="targets/resolution"]', "2h");
  await mara.selectOption("#calendar", { label: "Werkstatt München" });
  // A solution that is promised before the first answer contradicts itself.
  await save(mara);
  await mara.waitForSelector(".field-error, [role=alert]");
  await desk.look(mara, "promises-policy-mistake");
  await mara.fill('[name="targets/resolution"]', "3d");
  await mara.click('[name="what"][value="look"]');
  await mara.waitForSelector("#effect");
  await desk.look(mara, "promises-effect");
  await save(mara);
  await mara.waitForURL(/\/admin\/sla$/);

  const always = (await desk.asks("/calendars")).items.find((calendar) => calendar.name === "On call");
  await mara.goto(`${desk.base}/admin/sla/new`);
  await mara.fill("#name", "Stillstand");
  await mara.fill('[name="targets/first_response"]', "1m");
  await mara.fill("#warn", "1m");
  await mara.check('[name="priority"][value="urgent"]');
  await mara.selectOption("#calendar", always.id);
  await save(mara);
  await mara.waitForURL(/\/admin\/sla$/);
  // The first that matches applies: the narrow one goes up.
  const row = mara.locator("tr", { hasText: "Stillstand" });
  while (!/Stillstand/.test(await mara.textContent("tbody tr:first-child"))) {
    await row.locator('button[name="way"][value="up"]').click();
    await mara.waitForLoadState();
  }
  await desk.look(mara, "promises-policies");
});

test("a ticket warns, is late, and says why; the wallboard counts it", async () => {
  await sendMail(desk.smtp, customer, support, [
    `From: Ada Peters <${customer}>`, `To: ${support}`, "Subject: Kasse steht still", "Date: Sat, 21 Nov 2026 09:00:00 +0000",
    "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", "Nichts geht mehr, im ganzen Laden.",
  ]);
  const ticket = await desk.ticketOf("Kasse steht still");
  await mara.goto(`${desk.base}/t/${ticket}`);
  await mara.selectOption("#priority", "urgent");
  await until("urgent", async () => (await desk.asks(`/tickets/${ticket}`)).priority === "urgent");
  const kinds = async () => (await desk.asks(`/tickets/${ticket}/history?limit=100`)).items.map((entry) => entry.kind);
  await until("the warning", async () => (await kinds()).includes("sla.warned"), 30_000);
  await mara.reload();
  await desk.look(mara, "promises-warned");
  await until("the breach", async () => (await kinds()).includes("sla.breached"), 90_000);

  await mara.goto(`${desk.base}/t/${ticket}/deadlines`);
  assert.match(await mara.textContent("main"), /Erste Antwort[\s\S]*Verfehlt[\s\S]*zugesagt 1\sMin/);
  await desk.look(mara, "promises-why");
  await ben.goto(`${desk.base}/t/${ticket}/deadlines`);
  await desk.look(ben, "promises-why-phone-dark");

  await mara.goto(`${desk.base}/wallboard`);
  const late = mara.locator(".kpi.is-late dd a");
  assert.ok(Number(await late.textContent()) >= 1);
  assert.match(await mara.textContent("main"), /Betriebsrats-Modus ist an/);
  await desk.look(mara, "wallboard");
  await late.click();
  await mara.waitForSelector(".rows, ul.rows");
  assert.match(await mara.textContent("main"), /Kasse steht still/);
  await ben.goto(`${desk.base}/wallboard`);
  await desk.look(ben, "wallboard-phone-dark");

  // Switched off by the administrator, people are seen by those who may.
  await mara.goto(`${desk.base}/admin/desk`);
  await mara.uncheck('[name="council_mode"]');
  await save(mara);
  await mara.waitForSelector(".alert-done");
  await mara.goto(`${desk.base}/wallboard`);
  assert.match(await mara.textContent("#wallboard"), /Ben/);
  await desk.look(mara, "wallboard-people");
  await ben.reload();
  assert.doesNotMatch(await ben.textContent("#wallboard"), /Mara/);
});
