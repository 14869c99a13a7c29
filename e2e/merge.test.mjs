// Two tickets become one, the merged number is still answered by mail, and all of it is taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, mara;
before(async () => {
  desk = await open();
  mara = await desk.person();
  await desk.signIn(mara, "amy@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
const mail = (from, subject, id, text, answers = "") => [
  `From: ${from}`, `To: ${support}`, `Subject: ${subject}`, `Message-ID: <${id}@customer.example>`, ...(answers ? [`In-Reply-To: <${answers}@customer.example>`] : []),
  "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text,
];
/** The number of the ticket with this subject. */
const ticketOf = (subject) => until(`the ticket "${subject}"`, async () => {
  await mara.goto(`${desk.base}/search?q=${encodeURIComponent(subject)}`);
  const link = mara.locator('main a[href^="/t/"]', { hasText: subject }).first();
  return (await link.count()) ? (await link.getAttribute("href")).match(/\d+/)[0] : null;
});
const shows = (page, text) => page.locator(".thread", { hasText: text }).count();

test("merge with a preview, keep answering the merged number by mail, undo", async () => {
  await sendMail(desk.smtp, "ada@customer.example", support, mail("Ada <ada@customer.example>", "Boiler drips", "m1", "Since Monday."));
  await sendMail(desk.smtp, "ada@customer.example", support, mail("Ada <ada@customer.example>", "Heating cold", "m2", "No warm water."));
  const kept = await ticketOf("Boiler drips"), merged = await ticketOf("Heating cold");

  await mara.goto(`${desk.base}/t/${merged}`);
  await mara.click('.ticket-head [popovertarget="ticket-menu"]');
  await mara.click(`#ticket-menu a[href$="/merge"]`);
  await desk.look(mara, "merge-choose");
  await mara.fill("#q", "Boiler drips");
  await mara.keyboard.press("Enter");
  await mara.click(`main tbody a[href*="into=${kept}"]`);
  await mara.waitForSelector(`text=Merge #${merged} into #${kept}`);
  await desk.look(mara, "merge-preview");
  await mara.click("form .button-primary");
  await mara.waitForURL(new RegExp(`/t/${kept}`));
  assert.ok(await shows(mara, "Since Monday."));
  assert.ok(await shows(mara, "No warm water."));
  await desk.look(mara, "merge-done");

  // The old number leads there, and what answers it arrives there.
  await mara.goto(`${desk.base}/t/${merged}`);
  assert.match(mara.url(), new RegExp(`/t/${kept}`));
  await sendMail(desk.smtp, "ada@customer.example", support, mail("Ada <ada@customer.example>", "Re: Heating cold", "m3", "Now it hisses.", "m2"));
  await until("the answer in the other ticket", async () => {
    await mara.goto(`${desk.base}/t/${kept}`);
    return shows(mara, "Now it hisses.");
  });

  // From the history, whenever.
  await mara.goto(`${desk.base}/t/${kept}/history`);
  await desk.look(mara, "merge-history");
  await mara.click(".timeline form button");
  await mara.waitForLoadState();
  await mara.goto(`${desk.base}/t/${merged}`);
  assert.match(mara.url(), new RegExp(`/t/${merged}`));
  for (const words of ["No warm water.", "Now it hisses."]) assert.ok(await shows(mara, words), words);
  await mara.goto(`${desk.base}/t/${kept}`);
  assert.equal(await shows(mara, "Now it hisses."), 0);
});

test("split a message out on a phone, in the dark, without scripts", async () => {
  const page = await desk.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", javaScriptEnabled: false });
  await desk.signIn(page, "amy@lindgren.example");
  const merged = await ticketOf("Heating cold");
  await page.goto(`${desk.base}/t/${merged}/split`);
  await desk.look(page, "split-phone-dark");
  await page.locator('[name="message"]').last().check();
  await page.fill("#subject", "Hissing");
  await page.click("form .button-primary");
  await page.waitForURL((address) => !address.pathname.includes(merged));
  assert.ok(await shows(page, "Now it hisses."));
  await page.click(".toast form button");
  await page.goto(`${desk.base}/t/${merged}`);
  assert.ok(await shows(page, "Now it hisses."));
  await page.context().close();
});
