// The customer beside the case, and two contacts that are one person: found, compared, merged, taken apart.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, mara;
before(async () => {
  desk = await open();
  mara = await desk.person({ viewport: { width: 1440, height: 900 } });
  await desk.signIn(mara, "mara@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
const mail = (from, subject, id, text) => [
  `From: ${from}`, `To: ${support}`, `Subject: ${subject}`, `Message-ID: <${id}@customer.example>`,
  "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text,
];
const api = async (path) => (await fetch(`${desk.base}/api/v1${path}`, { headers: { authorization: `Bearer ${desk.token}` } })).json();
/** The number of the ticket with this subject. */
const ticketOf = (subject) => until(`the ticket "${subject}"`, async () => {
  const found = await api(`/search?kind=ticket&q=${encodeURIComponent(`"${subject}"`)}`);
  return found.items[0]?.id;
});

test("the same fault of others is seen beside the case and linked with one press", async () => {
  const fault = "The kettle KX-4471 leaks limescale over the worktop.";
  await sendMail(desk.smtp, "nora@one.example", support, mail("Nora Quist <nora@one.example>", "Kettle leaks", "k1", fault));
  const first = await ticketOf("Kettle leaks");
  await sendMail(desk.smtp, "otto@two.example", support, mail("Otto Brand <otto@two.example>", "Limescale everywhere", "k2", "Our kettle leaks: limescale on the worktop again."));
  const second = await ticketOf("Limescale everywhere");
  const page = await desk.person({ viewport: { width: 1440, height: 900 } });
  await desk.signIn(page, "mara@lindgren.example");
  await page.goto(`${desk.base}/t/${second}`);
  await until("it is in sight", () => page.locator("#about").scrollIntoViewIfNeeded().then(() => true, () => false));
  await page.waitForSelector(`#about a[href="/t/${first}"]`);
  assert.match(await page.locator("#about .alike .why").first().textContent(), /kettle|limescale|worktop/i);
  await page.locator("#about").evaluate((about) => about.scrollIntoView());
  await desk.look(page, "customer-beside");
  await page.locator("#about .alike form button").first().click();
  // Without leaving the page: the link stands above, and it is no longer proposed.
  await page.waitForSelector(`#context .mini-line a[href="/t/${first}"]`);
  await until("it is in sight", () => page.locator("#about").scrollIntoViewIfNeeded().then(() => true, () => false));
  await page.waitForSelector("#about details");
  await until("no proposal", async () => (await page.locator("#about .alike").count()) === 0);
  assert.match(page.url(), new RegExp(`/t/${second}`));
  // Notes in their place.
  await until("the notes are open", async () => {
    await page.locator("#about .notes summary").first().click();
    return page.locator("#contact-notes").isVisible();
  });
  await page.fill("#contact-notes", "Prefers to be called");
  await page.locator("#about .notes form button").first().click();
  await page.waitForSelector("#context .soft:has-text('Prefers to be called')");
});

test("two contacts of the demo company are found, compared, merged, and taken apart", async () => {
  const phone = await desk.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "de-DE" });
  await desk.signIn(phone, "mara@lindgren.example");
  await mara.goto(`${desk.base}/contacts/duplicates`);
  await desk.look(mara, "duplicates");
  await phone.goto(`${desk.base}/contacts/duplicates`);
  await desk.look(phone, "duplicates-phone-dark");
  const name = (await mara.locator("tbody th a").first().textContent()).trim();
  await mara.locator("tbody .actions a").first().click();
  await mara.waitForURL(/merge\?into=/);
  await desk.look(mara, "contact-merge");
  await phone.goto(mara.url());
  await desk.look(phone, "contact-merge-phone-dark");
  const [, merged, stays] = mara.url().match(/contacts\/(\d+)\/merge\?into=(\d+)/);
  await mara.locator("form.form-foot .button-primary").click();
  await mara.waitForURL(new RegExp(`/contacts/${stays}`));
  await desk.look(mara, "contact-merged");
  await phone.goto(`${desk.base}/contacts/${merged}`);
  assert.match(phone.url(), new RegExp(`/contacts/${stays}`), "the old id leads there");
  await desk.look(phone, "contact-merged-phone-dark");
  assert.equal((await api(`/contacts/${stays}`)).emails.length, 2);
  await mara.goto(`${desk.base}/contacts/duplicates`);
  assert.equal(await mara.locator("tbody tr", { hasText: name }).count(), 0);
  // Taken back.
  await mara.goto(`${desk.base}/contacts/${stays}`);
  await mara.locator(`form[action="/contacts/${merged}/merge/undo"] button`).click();
  await mara.waitForURL(new RegExp(`/contacts/${merged}`));
  assert.equal((await api(`/contacts/${stays}`)).emails.length, 1);
  await desk.look(mara, "contact-parted");
});

test("without scripts the customer is a page of its own, on a phone too", async () => {
  const plain = await desk.person({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  await desk.signIn(plain, "amy@lindgren.example");
  await plain.goto(`${desk.base}/t/1/customer`);
  await desk.look(plain, "customer-plain-phone");
  await plain.goto(`${desk.base}/t/1`);
  assert.equal(await plain.locator('#about a[href="/t/1/customer"]').count(), 1);
});
