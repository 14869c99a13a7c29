// People at work: calling a colleague in a note without the mouse, the bell that counts at once, reading, choosing, being away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, until } from "./desk.mjs";

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

const unread = (page) => page.evaluate(() => [...document.querySelectorAll(".bell-count")].find((one) => one.offsetParent)?.textContent ?? "0");
const ready = (page) => page.locator("fl-composer .ProseMirror").waitFor();
/** An open ticket that amy sees. */
async function firstTicket() {
  await amy.goto(`${desk.base}/tickets?view=open`);
  await amy.locator(".row > a").first().click();
  await amy.waitForURL(/\/t\/\d+/);
  await ready(amy);
  return Number(amy.url().match(/\/t\/(\d+)/)[1]);
}

test("a colleague is called by keyboard, hears at once, and has read it by looking", async () => {
  // Whatever the demo company had for Mara is read.
  await ben.goto(`${desk.base}/notifications`);
  await desk.look(ben, "notices-demo-phone");
  const all = ben.locator("button:has-text('Mark all as read'), button:has-text('Alle als gelesen')");
  if (await all.count()) await all.click();
  await ben.waitForSelector(".empty");
  await ben.goto(`${desk.base}/tickets?view=snoozed`);
  await until("nothing unread", async () => (await unread(ben)) === "0");
  const number = await firstTicket();
  await amy.evaluate(() => document.activeElement?.blur());
  await amy.keyboard.press("c");
  await amy.waitForFunction(() => document.activeElement?.matches(".ProseMirror"));
  await amy.keyboard.type("Hello @");
  await amy.waitForSelector("dialog.mentions[open] [role=option]");
  await amy.keyboard.type("mara");
  await amy.waitForSelector("dialog.mentions [aria-selected=true]:has-text('Mara')");
  await desk.look(amy, "mentions-picker");
  await amy.keyboard.press("Enter");
  await amy.waitForSelector(".ProseMirror:has-text('@Mara')");
  await amy.keyboard.type("please look, or @nobody");
  await amy.waitForSelector("dialog.mentions[open]");
  await amy.keyboard.press("Escape");
  await amy.waitForSelector(".ProseMirror:has-text('or @nobody')");
  await amy.keyboard.press("Control+Enter");
  await amy.waitForSelector(".message-note:has-text('please look')");
  // The list that Mara has open counts it by itself.
  await until("the bell counts", async () => (await unread(ben)) === "1");
  await desk.look(ben, "bell-phone");
  await ben.goto(`${desk.base}/notifications`);
  await ben.locator(`.notice a[href^="/t/${number}"]`).click();
  await ben.waitForURL(new RegExp(`/t/${number}`));
  await until("it is read", async () => (await unread(ben)) === "0");
  await ben.goto(`${desk.base}/tickets?view=mentions`);
  await ben.waitForSelector(`.row[data-ticket="${number}"]`);
});

test("in an answer to a customer the sign is a sign", async () => {
  await firstTicket();
  await amy.evaluate(() => document.activeElement?.blur());
  await amy.keyboard.press("r");
  await amy.waitForFunction(() => document.activeElement?.matches(".ProseMirror"));
  await amy.keyboard.type("Write to @mara");
  assert.equal(await amy.locator("dialog.mentions[open]").count(), 0);
  assert.match(await amy.locator(".ProseMirror").textContent(), /Write to @mara/);
});

test("settings and absence are pages like the others, and absence is said where work is given", async () => {
  await ben.goto(`${desk.base}/profile/notifications`);
  await desk.look(ben, "notices-settings-phone");
  await ben.locator('input[name="by_mail"][value="reply"]').check();
  await ben.locator(".form-foot .button-primary").click();
  await ben.waitForSelector(".alert-done");
  assert.ok(await ben.locator('input[name="by_mail"][value="reply"]').isChecked());
  await ben.goto(`${desk.base}/profile/absence`);
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  await ben.fill("#from", day(-1));
  await ben.fill("#to", day(3));
  await ben.selectOption("#deputy", { index: 1 });
  await ben.locator(".form-foot .button-primary").click();
  await ben.waitForSelector(".alert-done");
  await desk.look(ben, "absence-phone");
  await firstTicket();
  const mara = amy.locator("#assignee option", { hasText: /^\s*Mara/ });
  assert.match(await mara.textContent(), /away until|abwesend bis/);
  await desk.look(amy, "ticket-away");
  await ben.locator('button:has-text("I am back"), button:has-text("wieder da")').click();
  await ben.waitForSelector(".alert-done");
});
