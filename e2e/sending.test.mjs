// Sending safely, without the mouse: ten answers by keyboard, two agents at once, taking back, sending later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, amy, ben;
before(async () => {
  desk = await open();
  amy = await desk.person();
  await desk.signIn(amy, "amy@lindgren.example");
  ben = await desk.person({ viewport: { width: 390, height: 844 } });
  await desk.signIn(ben, "mara@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
let customer = "ada@customer.example";
let counter = 0;
const mail = (subject, text, answers = "") => [
  `From: Ada Peters <${customer}>`, `To: ${support}`, `Subject: ${subject}`, `Message-ID: <s${++counter}@customer.example>`,
  ...(answers ? [`In-Reply-To: <${answers}>`, `References: <${answers}>`] : []), "Date: Sat, 21 Nov 2026 09:00:00 +0000", "", text,
];
const plain = (mail) => mail.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
const sent = (words) => desk.mails.find((mail) => plain(mail).includes(words));
const ready = (page) => page.locator("fl-composer .ProseMirror").waitFor();
const leaveText = (page) => page.evaluate(() => document.activeElement?.blur());
/** Opens the ticket with this subject from the list of those nobody has. */
async function ticket(page, subject) {
  await sendMail(desk.smtp, customer, support, mail(subject, "It began on Tuesday."));
  await until(`the ticket ${subject}`, async () => {
    await page.goto(`${desk.base}/tickets?view=unassigned`);
    return page.$(`text=${subject}`);
  });
  await page.click(`.row > a:has-text("${subject}")`);
  await page.waitForURL(/\/t\/\d+/);
  await ready(page);
  return Number(page.url().match(/\/t\/(\d+)/)[1]);
}
/** Writes and sends with the keyboard alone. */
async function answer(page, words, combination = "Control+Enter") {
  await leaveText(page);
  await page.keyboard.press("r");
  await page.waitForFunction(() => document.activeElement?.matches(".ProseMirror"));
  await page.keyboard.type(words);
  await page.keyboard.press(combination);
}

test("ten tickets are answered without the mouse", async () => {
  for (let n = 0; n < 10; n++) await sendMail(desk.smtp, customer, support, mail(`Lamp ${n} flickers`, "Since Tuesday."));
  await until("ten tickets", async () => {
    await amy.goto(`${desk.base}/tickets?view=mine`);
    await amy.keyboard.press("g");
    await amy.keyboard.press("u");
    await amy.waitForURL(/view=unassigned/);
    return (await amy.locator(".row > a:has-text('flickers')").count()) === 10;
  });
  let clicks = 0;
  await amy.exposeFunction("countPointer", () => clicks++);
  for (let n = 0; n < 10; n++) {
    await amy.goto(`${desk.base}/tickets?view=unassigned`);
    await amy.evaluate(() => addEventListener("pointerdown", () => window.countPointer(), true));
    for (let down = 0; down < 60; down++) {
      await amy.keyboard.press("j");
      if (await amy.evaluate((n) => document.activeElement?.matches(".row > a") && document.activeElement.textContent.includes(`Lamp ${n} flickers`), n)) break;
    }
    await amy.keyboard.press("o");
    await amy.waitForURL(/\/t\/\d+/);
    await ready(amy);
    await answer(amy, `We come for lamp ${n}.`, "Control+Shift+Enter");
    await amy.waitForSelector(".toast[data-until]");
  }
  assert.equal(clicks, 0);
  for (let n = 0; n < 10; n++) await until(`the answer about lamp ${n}`, () => sent(`We come for lamp ${n}.`));
});

test("what was sent is taken back, after a reload and from another page too", async () => {
  const number = await ticket(amy, "The gate squeaks");
  const undo = ".toast[data-until] form button";
  await answer(amy, "Oil is on its way.");
  await amy.waitForSelector(".message-waiting:has-text('Oil is on its way.')");
  await desk.look(amy, "sending-undo");
  await amy.reload();
  await amy.waitForSelector(undo);
  await amy.goto(`${desk.base}/contacts`);
  await amy.waitForSelector(undo);
  await leaveText(amy);
  await amy.keyboard.press("Control+z");
  await amy.waitForURL(new RegExp(`/t/${number}`));
  await ready(amy);
  await amy.waitForSelector(".ProseMirror:has-text('Oil is on its way.')");
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  assert.equal(sent("Oil is on its way."), undefined, "taken back is taken back");
  assert.equal(await amy.locator(".message-out").count(), 0);
});

test("two agents do not answer over each other", async () => {
  const number = await ticket(amy, "The door sticks");
  await ben.goto(`${desk.base}/t/${number}`);
  await ready(ben);
  await answer(amy, "Amy was first.");
  await amy.waitForSelector(".toast[data-until]");
  await ben.locator(".ProseMirror").click();
  await ben.keyboard.type("Mara was second.");
  await ben.keyboard.press("Control+Enter");
  await ben.waitForSelector("[data-error-summary]:has-text('Amy')");
  await ben.waitForSelector(".ProseMirror:has-text('Mara was second.')");
  await desk.look(ben, "sending-stopped-phone");
  assert.equal(sent("Mara was second."), undefined);
  await until("the first answer", () => sent("Amy was first."));
  await ben.keyboard.press("Control+Enter");
  await ben.waitForSelector(".alert li:has-text('Amy was first.')");
  await ben.locator("[data-error-summary] button").click();
  await until("the second answer, having read the first", () => sent("Mara was second."));
});

test("doubts are asked about once", async () => {
  await ticket(amy, "The window rattles");
  await answer(amy, "Dear Zacharias, the plan for {{place}} is attached.");
  await amy.waitForSelector("[data-error-summary]:has-text('{{place}}')");
  await desk.look(amy, "sending-doubts");
  await amy.keyboard.press("Control+Enter");
  await until("the answer all the same", () => sent("the plan for {{place}}"));
});

test("an answer that waits for tomorrow is held when the customer writes", async () => {
  // Ada has written so often by now that nobody acknowledges it any more.
  customer = "otto@roofer.example";
  const number = await ticket(amy, "The roof leaks");
  await leaveText(amy);
  await amy.keyboard.press("r");
  await amy.keyboard.type("We bring a ladder.");
  await amy.click(".composer .split [popovertarget=send-menu]");
  await desk.look(amy, "sending-later-menu");
  await amy.click("button[name=when][value=tomorrow]");
  await amy.waitForSelector(".message-waiting:has-text('We bring a ladder.')");
  await desk.look(amy, "sending-later");
  assert.equal(await amy.locator(".toast[data-until]").count(), 0);
  // The customer answers the acknowledgement: its Message-ID is ours.
  const receipt = await until("the acknowledgement", () => desk.mails.find((mail) => /Auto-Submitted: auto-replied/i.test(mail) && mail.includes(`#${number}`)));
  const id = receipt.replace(/\r?\n[ \t]+/g, " ").match(/^Message-ID: <(.+)>/im)[1];
  await sendMail(desk.smtp, customer, support, mail("Re: The roof leaks", "It stopped.", id));
  await until("the word about the customer", async () => {
    await amy.reload();
    return amy.$(".message-waiting:has-text('will not be sent by itself')");
  });
  await amy.click(".message-waiting form[action*='/send'] button");
  await until("the answer, sent by hand", () => sent("We bring a ladder."));
});

test("keys can be chosen, and a conflict is refused", async () => {
  await amy.goto(`${desk.base}/profile/keys`);
  await desk.look(amy, "keys");
  await amy.fill("#reply", "e");
  await amy.click("main form.form button.button-primary");
  await amy.waitForSelector("#reply-error");
  assert.equal(await amy.locator("#solve-error").count(), 1);
  await amy.fill("#reply", "y");
  await amy.click("main form.form button.button-primary");
  await amy.waitForSelector(".alert-done");
  await ticket(amy, "The lamp hums");
  await leaveText(amy);
  await amy.keyboard.press("r");
  assert.ok(await amy.evaluate(() => !document.activeElement?.matches(".ProseMirror")), "r is nobody's any more");
  await amy.keyboard.press("y");
  await amy.waitForFunction(() => document.activeElement?.matches(".ProseMirror"));
  await leaveText(amy);
  await amy.keyboard.press("?");
  await amy.waitForSelector("#keys[open] dd:has-text('y')");
  await desk.look(amy, "keys-sheet");
});
