// People, teams, roles, fields, the second step and sessions, as an administrator and those concerned do them; then
// every agent's page once, wide and narrow, light and dark, in German and in Dutch.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { open, password, until } from "./desk.mjs";

let desk, mara;
before(async () => {
  desk = await open();
  mara = await desk.person();
  await desk.signIn(mara, "mara@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

/** What an authenticator shows now. */
function code(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret.replace(/[\s=]/g, "").toUpperCase()) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
const save = (page) => page.locator("main .form-foot .button-primary").first().click();

test("a team, a role of one's own, and somebody who gets both", async () => {
  await mara.goto(`${desk.base}/admin/teams/new`);
  await mara.locator("#name").fill("Night shift");
  await save(mara);
  await mara.waitForSelector("text=Night shift");
  await mara.goto(`${desk.base}/admin/roles/new`);
  await mara.locator("#name").fill("Reader");
  await mara.locator("select[name='p.tickets.view']").selectOption("team");
  await save(mara);
  await mara.waitForSelector("text=Reader");
  await mara.goto(`${desk.base}/admin/users/new`);
  await mara.locator("#name").fill("Nora Nacht");
  await mara.locator("#email").fill("nora@lindgren.example");
  await mara.locator("#password").fill("a good long password");
  await mara.locator("fieldset#role label:has-text('Reader') input").check();
  await mara.locator("fieldset#teams label:has-text('Night shift') input").check();
  await save(mara);
  await mara.waitForSelector(".alert-done");

  const nora = await desk.person();
  await nora.goto(`${desk.base}/sign-in`);
  await nora.fill("[name=email]", "nora@lindgren.example");
  await nora.fill("[name=password]", "a good long password");
  await nora.click("main .button-primary");
  await nora.waitForURL(/\/tickets/);
  assert.equal(await nora.locator(".rail a[href='/tickets/new']").count(), 0, "a reader opens no tickets");
  const refused = await nora.goto(`${desk.base}/admin/users`);
  assert.ok([403, 404].includes(refused.status()), String(refused.status()));
  assert.equal(await nora.locator("html").getAttribute("lang"), "de", "a refusal speaks the reader's language");
  await nora.waitForSelector(".rail");
  await desk.look(nora, "refused");
  await nora.context().close();
});

test("a field of each kind, filled in beside a ticket", async () => {
  const fields = [["Kostenstelle", "cost_centre", "text", ""], ["Stunden", "hours", "number", ""], ["Termin", "visit", "date", ""],
    ["Gerät", "device", "choice", "Drucker\nLaptop"], ["Vor Ort", "on_site", "checkbox", ""]];
  for (const [name, key, kind, choices] of fields) {
    await mara.goto(`${desk.base}/admin/fields`);
    const form = mara.locator("form[action='/admin/fields']");
    await form.locator("#name").fill(name);
    await form.locator("#key").fill(key);
    await form.locator("#kind").selectOption(kind);
    if (choices) await form.locator("#choices").fill(choices);
    await form.locator(".button-primary").click();
    await mara.waitForSelector(`td code:text-is('${key}')`);
  }
  await desk.look(mara, "fields");
  await mara.goto(`${desk.base}/tickets?view=open`);
  await mara.locator(".row > a").first().click();
  await mara.waitForURL(/\/t\/\d+/);
  const field = (key) => mara.locator(`[id="field.${key}"]`);
  const kept = async (key, value) => {
    await until(`${key} is kept`, async () => {
      await mara.goto(mara.url().replace(/[?&]done=\w+/, ""));
      return (await field(key).inputValue()) === value;
    });
  };
  await field("cost_centre").fill("4711");
  await field("cost_centre").blur();
  await mara.waitForSelector("#toasts .toast");
  await kept("cost_centre", "4711");
  await field("visit").fill("2026-12-01");
  await field("visit").blur();
  await mara.waitForSelector("#toasts .toast");
  await kept("visit", "2026-12-01");
  await field("device").selectOption("Laptop");
  await mara.waitForSelector("#toasts .toast:has-text('Laptop')");
  await field("on_site").check();
  await mara.waitForSelector("#toasts .toast:has-text('Vor Ort')");
  await field("hours").fill("zwei");
  await field("hours").blur();
  await mara.waitForSelector('[id="field.hours-error"]');
  assert.equal(await field("hours").inputValue(), "zwei", "what was typed is not lost");
  await desk.look(mara, "field-mistake");
  await field("hours").fill("2,5");
  await field("hours").blur();
  await mara.waitForSelector("#toasts .toast:has-text('2')");
  await kept("hours", "2.5");
  await mara.goto(`${desk.base}/admin/fields`);
  await mara.locator("th a:text-is('Gerät')").click();
  await mara.locator("#choices").fill("Drucker\nLaptop\nTelefon");
  await save(mara);
  await mara.waitForSelector("text=Telefon");
});

test("the second step is set up, asked for, and a session is ended from afar", async () => {
  const ben = await desk.person();
  await desk.signIn(ben, "ben@lindgren.example");
  await ben.goto(`${desk.base}/profile`);
  await ben.locator("form[action^='/profile/second-factor/begin'] .actions button").click();
  await ben.waitForSelector("#present-error");
  await ben.fill("#present", password);
  await ben.locator("form[action^='/profile/second-factor/begin'] .actions button").click();
  await desk.look(ben, "second-step-offer");
  const secret = await ben.locator("#totp-secret").textContent();
  await ben.locator("#code").fill("000000");
  await ben.locator("form[action='/profile/second-factor'] .button-primary").click();
  await ben.waitForSelector("#code-error");
  const enrolled = code(secret);
  await ben.locator("#code").fill(enrolled);
  await ben.locator("form[action='/profile/second-factor'] .button-primary").click();
  await ben.waitForSelector("#second-factor .is-done");
  const other = await desk.person({ viewport: { width: 390, height: 844 } });
  await other.goto(`${desk.base}/sign-in`);
  await desk.look(other, "sign-in-phone");
  await other.fill("[name=email]", "ben@lindgren.example");
  await other.fill("[name=password]", password);
  await other.click("main .button-primary");
  await other.waitForURL(/\/sign-in\/code/);
  await desk.look(other, "second-step-phone");
  await other.fill("#code", "123456");
  await other.click("main .button-primary");
  await other.waitForSelector("[role=alert], #code-error");
  // A code counts once; the next one is at most half a minute away.
  while (code(secret) === enrolled) await new Promise((resolve) => setTimeout(resolve, 500));
  await other.fill("#code", code(secret));
  await other.click("main .button-primary");
  await other.waitForURL(/\/tickets/);
  await ben.goto(`${desk.base}/profile`);
  await desk.look(ben, "sessions");
  await ben.locator("form[action='/profile/sessions']:has(input[name=session]) button").first().click();
  await ben.waitForLoadState();
  await other.goto(`${desk.base}/tickets`);
  assert.match(other.url(), /\/sign-in/, "the ended session is at the door again");
  await other.context().close();
  await ben.context().close();
});

const pages = {
  list: "/tickets?view=open", empty: "/tickets?view=waiting-third-party", ticket: "/t/100?view=open", alone: "/t/100", history: "/t/100/history",
  new: "/tickets/new", search: "/search?q=drucker", contacts: "/contacts", contact: "/contacts/1", "contact-edit": "/contacts/1/edit",
  organisations: "/organisations", organisation: "/organisations/1", users: "/admin/users", user: "/admin/users/2", teams: "/admin/teams",
  team: "/admin/teams/1", roles: "/admin/roles", role: "/admin/roles/new", statuses: "/admin/statuses", field: "/admin/fields/4",
  desk: "/admin/desk", tokens: "/admin/tokens", webhooks: "/admin/webhooks", webhook: "/admin/webhooks/new", profile: "/profile",
  missing: "/t/999999", styleguide: "/styleguide",
};
const looks = [
  ["wide-light-de", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["phone-light-de", { viewport: { width: 390, height: 844 }, colorScheme: "light" }],
  ["wide-dark-nl", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }],
  ["phone-dark-nl", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
];
for (const [name, options] of looks)
  test(`every page: ${name}`, async () => {
    if (name === "wide-dark-nl") {
      await mara.goto(`${desk.base}/profile`);
      await mara.locator("#language").selectOption("nl");
      await mara.locator("form[action='/profile'] .button-primary").click();
      await mara.waitForSelector(".alert-done");
    }
    const page = await desk.person(options);
    await desk.signIn(page, "mara@lindgren.example");
    for (const [what, path] of Object.entries(pages)) {
      await page.goto(desk.base + path);
      assert.equal(await page.locator("html").getAttribute("lang"), name.slice(-2), what);
      await desk.look(page, `${what}-${name}`);
    }
    await page.context().close();
  });
