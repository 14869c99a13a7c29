// A client's monthly statement, in German: time is typed on a ticket, the contract beside it counts it, the statement says
// by what; then on a phone in the dark.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { open } from "./desk.mjs";

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

test("from a ticket to the statement", async () => {
  await mara.goto(`${desk.base}/admin/contracts`);
  assert.equal(await mara.textContent("h1"), "Verträge");
  await desk.look(mara, "contracts-list");
  await mara.click('table a:has-text("Van Loon Uren")');
  await mara.waitForSelector("text=Dieser Zeitraum");
  assert.match(await mara.textContent(".meters"), /4:35 von 5:00/);
  await desk.look(mara, "contract-one");

  // A ticket of the contract: time is typed, and the contract beside it has counted it.
  await mara.click('dl a[href^="/tickets?filter=contract"]');
  await mara.click('a[href^="/t/"]');
  await mara.waitForSelector("#time");
  if (!(await mara.isVisible("#time_spent"))) await mara.click("#time > summary");
  await mara.fill("#time_spent", "bald");
  await mara.click('#time form:last-of-type button:has-text("Zeit eintragen")');
  await mara.waitForSelector("#time_spent-error");
  await mara.fill("#time_spent", "0:40");
  await mara.fill("#time_what", "Router getauscht");
  await mara.click('#time form:last-of-type button:has-text("Zeit eintragen")');
  await mara.waitForSelector("text=Die Zeit ist eingetragen");
  const number = mara.url().match(/\/t\/(\d+)/)[1];
  await mara.goto(`${desk.base}/t/${number}/customer`);
  const beside = await mara.textContent("section.contract");
  assert.match(beside, /Weil er für alle bei Fietsen Van Loon gilt/);
  assert.match(beside, /5:15 von 5:00, 0:15 mehr/);
  await desk.look(mara, "contract-beside");

  // The statement: each line says why it is there, and the sum is what a quarter of an hour costs.
  await mara.goto(`${desk.base}/admin/contracts`);
  await mara.click('table a:has-text("Van Loon Uren")');
  await mara.click('a[href*="/statements/"]');
  await mara.waitForSelector("text=Router getauscht");
  assert.match(await mara.textContent("main"), /22,25\s€/);
  await desk.look(mara, "contract-statement");
  const file = async (kind) => {
    const [download] = await Promise.all([mara.waitForEvent("download"), mara.click(`.page-head a[href$="format=${kind}"]`)]);
    return readFileSync(await download.path());
  };
  const csv = (await file("csv")).toString("utf8");
  assert.match(csv, /Zählt als/);
  assert.match(csv, /22,25/);
  const pdf = await file("pdf");
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
});

test("what contradicts is said by its field", async () => {
  await mara.goto(`${desk.base}/admin/contracts/new`);
  await desk.look(mara, "contract-new");
  await mara.fill("#name", "Noch einer");
  await mara.check('#organisations label:has-text("Fietsen Van Loon") input');
  await mara.click("form.form button.button-primary");
  await mara.waitForSelector("#organisations-error");
  assert.match(await mara.textContent("[data-error-summary]"), /„Van Loon Uren“ gilt für dasselbe bei Fietsen Van Loon/);
});

test("on a phone in the dark", async () => {
  const phone = await desk.person({ locale: "de-DE", viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await desk.signIn(phone, "mara@lindgren.example");
  await phone.goto(`${desk.base}/admin/contracts`);
  await phone.click('table a:has-text("Lindenpark Rundum")');
  await phone.waitForSelector("text=Dieser Zeitraum");
  await desk.look(phone, "contract-phone");
  await phone.click('a[href*="/statements/"]');
  await phone.waitForSelector("text=Zählt als");
  await desk.look(phone, "contract-statement-phone");
});
