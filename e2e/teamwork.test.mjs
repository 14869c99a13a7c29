// People work together on a ticket: somebody is asked beside the customer and answers there; what is to be done is done
// before the ticket is solved; a new ticket begins with a template; somebody is reminded. In German and English, on a
// phone in the dark too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";
import { headers, text } from "./mail.mjs";

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

const support = "support@lindgren.example", mia = "mia@druckkopf.example";
const mail = (from, subject, lines, words) => sendMail(desk.smtp, from, support, [
  `From: ${from}`, `To: ${support}`, `Subject: ${subject}`, "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8", ...lines, "", words,
]);
let number;

test("somebody is asked beside the customer, and answers there", async () => {
  await mail("ada@customer.example", "Kasse 7 frisst Bons", ["Message-ID: <till7@customer.example>"], "Seit heute früh, das ist vertraulich.");
  number = await desk.ticketOf("Kasse 7 frisst Bons");
  await mara.goto(`${desk.base}/t/${number}`);
  await mara.click('#side-conversations > summary');
  await mara.click('#side-conversations a[href*="/side-conversations/new"]');
  await mara.waitForSelector("#subject");
  assert.equal(await mara.textContent("h1"), "Neues Nebengespräch");
  // The customer is nobody to be asked beside the customer.
  await mara.fill("fl-recipients input:not([type=hidden])", "ada@customer.example");
  await mara.fill("#subject", "Druckkopf auf Lager?");
  await mara.fill("#text", "Habt ihr einen Druckkopf für die A-300?");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector("#to-error");
  assert.equal(await mara.inputValue("#text"), "Habt ihr einen Druckkopf für die A-300?");
  await desk.look(mara, "side-form");
  await desk.onPhone(mara, "side-form-phone-dark");
  await mara.goto(`${desk.base}/t/${number}/side-conversations/new`);
  await mara.fill("fl-recipients input:not([type=hidden])", mia);
  await mara.fill("#subject", "Druckkopf auf Lager?");
  await mara.fill("#text", "Habt ihr einen Druckkopf für die A-300?");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector('[data-side="waiting"]');
  const letter = await until("the mail to Mia", async () => desk.mails.find((mail) => headers(mail).to.includes(mia)));
  assert.match(text(letter), /A-300/);
  assert.doesNotMatch(letter, /vertraulich|\/p\//);
  const id = letter.match(/^Message-ID: <(.*)>/im)[1];
  await mail(mia, "Re: Druckkopf auf Lager?", ["Message-ID: <m1@druckkopf.example>", `In-Reply-To: <${id}>`], "Zwei Stück, morgen da.");
  await until("the answer", async () => {
    await mara.goto(`${desk.base}/t/${number}`);
    return mara.locator('[data-side="answered"]').count();
  });
  assert.match(await mara.textContent(".side-stream"), /Zwei Stück, morgen da/);
  assert.equal(await mara.locator(".thread .message", { hasText: "Zwei Stück" }).count(), 0, "not between the customer's words");
  await desk.look(mara, "side-answered");
  await desk.onPhone(mara, "side-answered-phone-dark", async () => { await mara.click(".open-context"); });
  await mara.goto(`${desk.base}/t/${number}`);
  await mara.click('.side-stream a[href*="/side-conversations/"]');
  await mara.waitForSelector(".side-whole");
  await desk.look(mara, "side-whole");
  await mara.fill("#text", "Bitte beide schicken.");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector(".side-whole .message:nth-child(3)");
  await mara.click('form[action$="/close"] button');
  await mara.waitForSelector("#side-conversations");
  assert.equal((await desk.asks(`/tickets/${number}`)).side_conversations, "closed");
  assert.ok(!desk.mails.some((mail) => headers(mail).to.includes("ada@customer.example") && /Zwei Stück|A-300/.test(text(mail))), "the customer hears nothing");
});

test("what is needed is done before the ticket is solved", async () => {
  await mara.goto(`${desk.base}/t/${number}`);
  await mara.click("#checklist > summary");
  await mara.selectOption("#checklist-choice", { label: "Return of goods" });
  await mara.click('form:has(#checklist-choice) button');
  await mara.waitForSelector(".checklist li:nth-child(3)");
  await mara.fill("#items", "! Rechnung schreiben");
  await mara.press("#items", "Enter");
  await mara.waitForSelector(".checklist li:nth-child(4)");
  await desk.look(mara, "checklist");
  await mara.click(".ticket-head [data-key=e]");
  await mara.waitForSelector("#status-error");
  assert.match(await mara.textContent("main, #context"), /./);
  assert.match(await mara.textContent("#context"), /Rechnung schreiben/);
  await mara.goto(`${desk.base}/t/${number}`);
  for (let done = 1; done <= 4; done++) {
    await mara.locator(".checklist li:not(.is-done) .tick").first().click();
    await mara.waitForFunction((count) => document.querySelectorAll(".checklist .is-done").length === count, done);
  }
  await desk.onPhone(mara, "checklist-phone-dark", async () => { await mara.click(".open-context"); });
  await mara.goto(`${desk.base}/t/${number}`);
  await mara.click(".ticket-head [data-key=e]");
  await mara.waitForSelector(".ticket-head .state-solved");
  await mara.goto(`${desk.base}/admin/checklists`);
  await desk.look(mara, "checklists");
  await mara.click("text=Return of goods");
  await desk.look(mara, "checklists-one");
});

test("a new ticket begins with a template", async () => {
  await mara.goto(`${desk.base}/tickets/new`);
  await mara.click('main a[href="/tickets/templates"]');
  await mara.waitForSelector("table");
  await desk.look(mara, "templates");
  await desk.onPhone(mara, "templates-phone-dark");
  await mara.click("text=A new colleague");
  await mara.waitForSelector('input[name="template"]', { state: "attached" });
  assert.equal(await mara.inputValue("#subject"), "New colleague:");
  await desk.look(mara, "template-new-ticket");
  await mara.fill("#requester", "personal@customer.example");
  await mara.fill("#subject", "Neue Kollegin: Mia");
  await mara.click(".form-foot .button-primary");
  await mara.waitForURL(/\/t\/\d+$/);
  assert.equal(await mara.locator(".checklist li").count(), 4);
  await mara.goto(`${desk.base}/admin/ticket-templates`);
  await mara.click("text=Return on the phone");
  await desk.look(mara, "template-edit");
});

test("somebody is reminded of a ticket", async () => {
  await mara.goto(`${desk.base}/t/${number}`);
  await mara.click("#reminders > summary");
  await mara.fill("#remind_note", "Nach dem Paket fragen");
  await mara.selectOption("#remind_when", "tomorrow");
  await mara.click("#reminders form button");
  await mara.waitForSelector("#reminders .mini a");
  await mara.click("#reminders .mini a");
  await mara.waitForSelector("table");
  assert.match(await mara.textContent("table"), /Nach dem Paket fragen/);
  await desk.look(mara, "reminders");
  await desk.onPhone(mara, "reminders-phone-dark");
  const mine = async () => (await desk.asks("/reminders")).items.find((one) => one.note === "Nach dem Paket fragen");
  const before = (await mine()).due_at;
  await mara.locator("tr", { hasText: "Nach dem Paket" }).locator('button[value="later"]').click();
  await until("it is put off", async () => (await mine()).due_at !== before);
  await mara.locator("tr", { hasText: "Nach dem Paket" }).locator('button[value="done"]').click();
  await until("it is done", async () => !(await mine()));
});
