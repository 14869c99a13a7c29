// A case goes to the second line, nobody accepts it and it climbs; the supplier is asked and answers; it comes back. In
// German, then in English; on a phone in the dark too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";
import { headers, text } from "./mail.mjs";

let desk, mara, ben, tom;
before(async () => {
  desk = await open();
  mara = await desk.person({ locale: "de-DE" });
  ben = await desk.person({ locale: "de-DE" });
  tom = await desk.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "de-DE" });
  await desk.signIn(mara, "mara@lindgren.example");
  await desk.signIn(ben, "ben@lindgren.example");
  await desk.signIn(tom, "joris@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example", maker = "service@adler-kassen.example";
const mail = (from, subject, lines, words) => sendMail(desk.smtp, from, support, [
  `From: ${from}`, `To: ${support}`, `Subject: ${subject}`, "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8", ...lines, "", words,
]);

test("lines and a supplier are set up", async () => {
  await mara.goto(`${desk.base}/admin/escalation`);
  assert.equal(await mara.textContent("h1"), "Linien und Lieferanten");
  assert.match(await mara.textContent("main"), /First line[\s\S]*Second line[\s\S]*Third line[\s\S]*Adler Kassensysteme/);
  await desk.look(mara, "escalation-places");
  await desk.onPhone(mara, "escalation-places-phone-dark");

  // The second line has a minute, around the clock: the journey waits for it.
  const calendars = (await desk.asks("/calendars")).items;
  const always = calendars.find((calendar) => calendar.name === "On call");
  await mara.click("text=Second line");
  await desk.look(mara, "escalation-line");
  await mara.fill("#accept_within", "bald");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector("#accept_within-error");
  await mara.fill("#accept_within", "1m");
  await mara.fill("#warn", "1m");
  await mara.selectOption("#calendar", always.id);
  await mara.click(".form-foot .button-primary");
  await mara.waitForURL(/\/admin\/escalation$/);
  await mara.click("text=Adler Kassensysteme");
  await desk.look(mara, "escalation-supplier");
});

test("to the second line, nobody accepts, it climbs", async () => {
  await mail("ada@customer.example", "Kasse 3 druckt keine Bons", ["Message-ID: <till3@customer.example>"], "Seit heute früh.");
  const number = await desk.ticketOf("Kasse 3 druckt keine Bons");
  const due = (await desk.asks(`/tickets/${number}`)).due_at;
  await ben.goto(`${desk.base}/t/${number}`);
  assert.match(await ben.textContent(".facts-line"), /Linie 1/);
  await ben.click('.ticket-head [popovertarget="ticket-menu"]');
  await ben.click('#ticket-menu a[href*="/escalate"]');
  await ben.waitForSelector("#tried");
  assert.equal(await ben.inputValue('[name="to"]:checked'), "next");
  // What was not said is asked for.
  await ben.evaluate(() => document.querySelectorAll("[required]").forEach((it) => it.removeAttribute("required")));
  await ben.fill("#expected", "Bitte die Ursache finden.");
  await ben.click(".form-foot .button-primary");
  await ben.waitForSelector("#tried-error");
  assert.equal(await ben.inputValue("#expected"), "Bitte die Ursache finden.");
  await desk.look(ben, "escalation-form");
  await desk.onPhone(ben, "escalation-form-phone-dark");
  await ben.fill("#tried", "Rolle gewechselt, neu gestartet, Kabel getauscht.");
  await ben.click(".form-foot .button-primary");
  await ben.waitForSelector('[data-with="line"]');
  assert.match(await ben.textContent(".facts-line"), /Second line · noch nicht angenommen/);
  assert.match(await ben.textContent(".thread"), /Kabel getauscht/);
  await desk.look(ben, "escalation-ticket");
  await desk.onPhone(ben, "escalation-ticket-phone-dark");

  // A minute later it is with the third line, once.
  let stays;
  for (let waited = 0; waited < 90 && stays?.length !== 2; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stays = (await desk.asks(`/tickets/${number}/stays`)).items;
  }
  assert.deepEqual(stays.map((stay) => [stay.name, stay.cause, stay.ended]), [["Second line", "handed", "climbed"], ["Third line", "climbed", null]]);
  assert.equal((await desk.asks(`/tickets/${number}`)).due_at, due, "the customer's deadline stays");
  assert.deepEqual((await desk.asks(`/tickets?filter=${encodeURIComponent("line:3 with:line")}`)).items.map((it) => it.number), [number]);

  // Whoever leads the team takes it on the phone.
  await tom.goto(`${desk.base}/t/${number}`);
  await tom.click(".open-context");
  await desk.look(tom, "escalation-accept-phone-dark");
  await tom.click('form[action*="/accept"] button');
  await tom.waitForSelector('[data-with="line"].is-wait');
  assert.equal((await desk.asks(`/tickets/${number}/stays`)).items[1].accepted_by, "Joris de Vries");
});

test("to the supplier, the answer arrives, and back", async () => {
  const number = await desk.ticketOf("Kasse 3 druckt keine Bons");
  await mara.goto(`${desk.base}/t/${number}/escalate`);
  await mara.check('[name="to"][value^="supplier/"]');
  await mara.fill("#tried", "Alles vor Ort geprüft.");
  await mara.fill("#expected", "Bitte einen neuen Druckkopf schicken.");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector('[data-with="supplier"]');
  const letter = await until("the mail to the supplier", async () => desk.mails.find((mail) => headers(mail).to.includes(maker)));
  assert.match(text(letter), /Druckkopf/);
  assert.doesNotMatch(letter, /Seit heute früh/);
  const id = letter.match(/^Message-ID: <(.*)>/im)[1];

  await mail(maker, "Re: Kasse 3 druckt keine Bons", ["Message-ID: <a1@adler-kassen.example>", `In-Reply-To: <${id}>`], "Der Druckkopf ist unterwegs.");
  await until("the answer", async () => {
    await mara.goto(`${desk.base}/t/${number}`);
    return mara.locator(".message-note", { hasText: "Der Druckkopf ist unterwegs" }).count();
  });
  assert.match(await mara.textContent(".message-note:has-text('Der Druckkopf ist unterwegs')"), /Lieferant/);
  assert.ok(!desk.mails.some((mail) => headers(mail).to.includes("ada@customer.example") && /unterwegs|geprüft/.test(text(mail))), "the customer hears nothing");
  await desk.look(mara, "escalation-answer");
  await desk.onPhone(mara, "escalation-answer-phone-dark");

  await mara.click('a[href*="/hand-back"]');
  await desk.look(mara, "escalation-back");
  await mara.fill("#note", "Druckkopf kommt morgen.");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector('[data-with="line"]');
  await mara.click('a[href*="/hand-back"]');
  await mara.fill("#note", "Morgen einbauen.");
  await mara.click(".form-foot .button-primary");
  await mara.waitForSelector('[data-line="1"]');
  await mara.goto(`${desk.base}/t/${number}/stays`);
  assert.equal(await mara.textContent("h1"), "Wer es wie lange hatte");
  assert.equal(await mara.locator(".stay-bar").count(), 6);
  await mara.locator(".stay-words summary").first().click();
  await desk.look(mara, "escalation-stays");
  await desk.onPhone(mara, "escalation-stays-phone-dark");
  await mara.goto(`${desk.base}/t/${number}/history`);
  assert.match(await mara.textContent(".thread"), /Niemand hatte das Ticket angenommen: Es ist an Third line aufgestiegen/);
});
