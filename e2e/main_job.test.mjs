// The main job as people do it: a mail comes in, an agent answers, the answer arrives, the customer follows a link.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk;
before(async () => { desk = await open(); });
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";

test("an agent answers a mail and the answer arrives", async () => {
  const page = await desk.person();
  await desk.signIn(page, "amy@lindgren.example");
  await desk.look(page, "tickets-wide");
  await sendMail(desk.smtp, "ada@customer.example", support, [
    "From: Ada Peters <ada@customer.example>", `To: ${support}`, "Subject: The lift sings at night",
    "Message-ID: <lift@customer.example>", "Date: Sat, 21 Nov 2026 09:00:00 +0000", "", "It began on Tuesday.",
  ]);
  const row = await until("the ticket in the list", async () => {
    await page.goto(`${desk.base}/tickets?view=unassigned`);
    return page.$("text=The lift sings at night");
  });
  await row.click();
  await page.waitForURL(/\/t\/\d+/);
  await page.waitForSelector("text=It began on Tuesday.");
  await desk.look(page, "ticket-wide");
  const number = page.url().match(/\/t\/(\d+)/)[1];

  const writing = page.locator("fl-composer .ProseMirror, form.composer textarea[name=text]").first();
  await page.locator("fl-composer .ProseMirror").waitFor({ timeout: 5000 }).catch(() => {});
  await (page.locator("fl-composer .ProseMirror").count().then((n) => n > 0)
    ? page.locator("fl-composer .ProseMirror").first() : writing).click();
  await page.keyboard.type("Thank you. A technician listens to it tonight.");
  await page.keyboard.press("Control+Enter");
  const answer = await until("the mail at the relay", () => desk.mails.find((mail) => mail.includes("technician listens")));
  assert.match(answer, new RegExp(`Subject: Re: The lift sings at night \\[#${number}\\]`));
  assert.match(answer, /In-Reply-To: <lift@customer\.example>/i);
  assert.match(answer, /Amy Clarke/);
  const receipt = await until("the acknowledgement", () => desk.mails.find((mail) => /Auto-Submitted: auto-replied/i.test(mail)));
  assert.ok(!/sings|Tuesday/.test(receipt), "nothing of the sender's words is in the acknowledgement");
});

test("the customer follows the link of the acknowledgement without JavaScript", async () => {
  const receipt = desk.mails.find((mail) => /Auto-Submitted: auto-replied/i.test(mail));
  const plain = receipt.replace(/=\n/g, "").replace(/=3D/g, "=");
  const path = plain.match(/https?:\/\/[^\s/]+(\/p\/[A-Za-z0-9-]+)/)[1];
  const page = await desk.person({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await page.goto(desk.base + path);
  await page.waitForSelector("text=A technician listens to it tonight.");
  await page.locator("textarea[name=text]").fill("It was the wind. Thank you!");
  await page.locator("form:has(textarea[name=text]) button").first().click();
  await page.waitForSelector("text=It was the wind.");
  const agent = await desk.person({ colorScheme: "dark" });
  await desk.signIn(agent, "amy@lindgren.example");
  await agent.goto(`${desk.base}/search?q=lift`);
  await agent.locator("main a[href^='/t/']").first().click();
  await agent.waitForSelector("text=It was the wind.");
  await desk.look(agent, "ticket-wide-dark");
});

test("pages stand on a phone and in German", async () => {
  const page = await desk.person({ viewport: { width: 390, height: 844 } });
  await desk.signIn(page, "ben@lindgren.example");
  await desk.look(page, "tickets-phone-german");
  await page.locator("a[href^='/t/']").first().click();
  await page.waitForURL(/\/t\/\d+/);
  await desk.look(page, "ticket-phone-german");
});

test("a stranger sees nothing", async () => {
  const page = await desk.person();
  await page.goto(`${desk.base}/t/1`);
  assert.match(page.url(), /\/sign-in\?next=/);
  await desk.look(page, "sign-in");
  const answer = await page.request.get(`${desk.base}/api/v1/tickets/1`);
  assert.equal(answer.status(), 401);
});
