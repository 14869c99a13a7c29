// Without a connection: the desk installed, lists and tickets read, answers written that are sent once and in order,
// whatever happens to the line; nothing readable for whoever uses the device next.
import assert from "node:assert/strict";
import { Transform } from "node:stream";
import { after, before, test } from "node:test";
import { open, until } from "./desk.mjs";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
let desk, amy;
before(async () => {
  desk = await open({ through: true });
  // What a browser says when the line is cut.
  desk.allowed.push(/net::ERR_(INTERNET_DISCONNECTED|CONNECTION_|EMPTY_RESPONSE|FAILED|ABORTED|INCOMPLETE)/, /Failed to (fetch|load resource: net)/, /ServiceWorker intercepted the request/, /promise was rejected/);
  amy = await desk.person(phone);
  await desk.signIn(amy, "amy@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const plain = (mail) => mail.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
const mails = (words) => desk.mails.filter((mail) => plain(mail).includes(words)).length;
const cutOff = async (page) => {
  desk.line.breakDown();
  await page.context().setOffline(true);
};
const connect = async (page) => {
  desk.line.down = false;
  await page.context().setOffline(false);
};
/** Everything that this origin keeps in the browser: names of pages, rows of the outbox, and all of it as text. */
const kept = (page) => page.evaluate(async () => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("firstline");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const all = (store, what) => new Promise((resolve) => { const request = database.transaction(store).objectStore(store)[what](); request.onsuccess = () => resolve(request.result); });
  const text = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value && typeof value === "object") return Object.entries(value).map(([name, part]) => `${name} ${text(part)}`).join("\n");
    return String(value);
  };
  const found = { pages: await all("pages", "getAllKeys"), outbox: (await all("outbox", "getAll")).map(({ id, who, state, why }) => ({ id, who, state, why })), about: await all("about", "getAllKeys"), caches: await caches.keys() };
  found.text = text([await all("pages", "getAll"), await all("outbox", "getAll"), await all("about", "getAll")]);
  for (const name of found.caches) for (const request of await (await caches.open(name)).keys()) found.text += `\n${request.url}`;
  database.close();
  return found;
});
const tickets = async (page) => (await kept(page)).pages.filter((name) => name.startsWith("/t/"));
const ready = (page) => page.locator("fl-composer .ProseMirror").waitFor();
const said = async (number) => (await (await desk.api(`/tickets/${number}/messages?limit=200`)).json()).items.map((message) => message.text);
const times = (texts, words) => texts.filter((text) => text.includes(words)).length;
/** Writes on the ticket that is shown, as an answer or a note, and sends. */
async function write(page, words, kind = "reply") {
  await ready(page);
  await page.locator(`.composer [name=kind][value=${kind}]`).check({ force: true });
  await page.locator(".ProseMirror").click();
  await page.keyboard.type(words);
  await page.keyboard.press("Control+Enter");
}
let number;

test("the desk can be installed, in three languages", async () => {
  await amy.waitForFunction(() => navigator.serviceWorker.controller);
  const registration = await amy.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  assert.equal(registration, `${desk.base}/`);
  const script = await fetch(`${desk.base}/worker.js`);
  assert.match(script.headers.get("content-type"), /^text\/javascript/);
  assert.equal(script.headers.get("cache-control"), "no-cache");
  assert.match(script.headers.get("content-security-policy"), /default-src 'none'/);
  const names = new Set();
  for (const lang of ["en", "de", "nl"]) {
    const manifest = await (await fetch(`${desk.base}/manifest.webmanifest?lang=${lang}`)).json();
    assert.equal(manifest.lang, lang);
    assert.equal(manifest.display, "standalone");
    assert.ok(manifest.name && manifest.start_url.startsWith(manifest.scope));
    names.add(manifest.shortcuts.map((one) => one.name).join());
    for (const icon of [...manifest.icons, ...manifest.shortcuts.flatMap((one) => one.icons)].filter((icon) => icon.type === "image/png")) {
      const bytes = Buffer.from(await (await fetch(desk.base + icon.src)).arrayBuffer());
      assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes, icon.src);
    }
  }
  assert.equal(names.size, 3, "the shortcuts have names in each language");
  const wire = await amy.context().newCDPSession(amy);
  const { installabilityErrors } = await wire.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.filter((error) => error.errorId !== "in-incognito"), []);
  assert.equal(await amy.locator('meta[name="theme-color"]').count(), 2, "light and dark");
  assert.equal(await amy.locator('link[rel="apple-touch-icon"]').count(), 1);
});

test("lists and tickets are read without a connection, with the time they are from", async () => {
  await until("tickets on the device", async () => (await tickets(amy)).length >= 3);
  await until("all of them", async () => (await kept(amy)).about.includes("refreshed"));
  const found = await kept(amy);
  assert.ok((await tickets(amy)).length <= 50);
  assert.ok(found.pages.includes("/tickets?view=mine") && found.pages.some((name) => name.includes("view=team-")));
  await cutOff(amy);
  await amy.goto(`${desk.base}/tickets?view=mine`);
  await amy.waitForSelector(".offline-bar:has-text('No connection, as of')");
  await desk.look(amy, "offline-list");
  assert.ok((await amy.locator(".row").count()) > 0);
  number = Number(await amy.locator(".row").first().getAttribute("data-ticket"));
  await amy.locator(".row > a").first().click();
  await amy.waitForSelector(`.conversation[data-ticket="${number}"] .message`);
  await amy.waitForSelector(".offline-bar");
  // What needs the desk says so, and does nothing.
  await amy.locator("[popovertarget=ticket-menu]").click();
  await amy.locator("#ticket-menu form button").last().click({ force: true });
  await amy.waitForSelector(".toast:has-text('This needs the desk')");
  assert.equal(await amy.locator("#ticket-menu form button").last().getAttribute("aria-disabled"), "true");
  await amy.keyboard.press("Escape");
  await desk.look(amy, "offline-ticket");
  await amy.goto(`${desk.base}/contacts`);
  await amy.waitForSelector("fl-device [data-lists] a");
  await desk.look(amy, "offline-elsewhere");
});

test("two answers and a note with a file are written without a connection, and sent once, in order", async () => {
  await amy.goto(`${desk.base}/t/${number}`);
  await write(amy, "First I look at the cable.");
  await amy.waitForSelector(".message-kept:has-text('First I look at the cable.')");
  await ready(amy);
  await amy.locator(".composer [name=kind][value=note]").check({ force: true });
  const [picker] = await Promise.all([amy.waitForEvent("filechooser"), amy.locator("[data-attach]").click()]);
  await picker.setFiles({ name: "meter.txt", mimeType: "text/plain", buffer: Buffer.from("230 volts at the plug") });
  await amy.waitForSelector(".composer .attachment:has-text('meter.txt')");
  await write(amy, "The plug has power.", "note");
  await amy.waitForSelector(".message-kept:has-text('meter.txt')");
  await write(amy, "Then I look at the fuse.");
  await until("three that wait", async () => (await amy.locator(".message-kept").count()) === 3);
  await desk.look(amy, "offline-waiting");
  await amy.goto(`${desk.base}/offline`);
  await amy.waitForSelector("[data-outbox] [data-letter=waiting] >> nth=2");
  await desk.look(amy, "offline-outbox");
  assert.equal(times(await said(number), "I look at"), 0);
  await connect(amy);
  await until("three that were sent", async () => (await kept(amy)).outbox.filter((row) => row.state === "sent").length === 3);
  const texts = (await said(number)).filter((text) => /I look at|The plug has/.test(text));
  assert.deepEqual(texts, ["First I look at the cable.", "The plug has power.", "Then I look at the fuse."]);
  await until("the mails", () => mails("Then I look at the fuse.") && mails("First I look at the cable."));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.deepEqual([mails("First I look at the cable."), mails("Then I look at the fuse.")], [1, 1]);
  const files = (await (await desk.api(`/tickets/${number}/messages?limit=200`)).json()).items.find((message) => message.text.includes("The plug has power.")).attachments;
  assert.deepEqual(files.map((file) => [file.name, file.size]), [["meter.txt", 21]]);
  await amy.waitForSelector("[data-outbox] [data-letter=sent] >> nth=2");
});

test("an answer whose receipt is lost counts once, from the page and from the outbox", async () => {
  const isForm = (request) => request.method === "POST" && request.url.includes(`/t/${number}/messages`);
  // From the page: the desk has it, the browser does not hear of it, twice.
  let cut = 0;
  desk.line.cut = (request) => isForm(request) && ++cut <= 2;
  await amy.goto(`${desk.base}/t/${number}`);
  await write(amy, "This arrives though nobody hears of it.");
  await until("both cut and one through", () => desk.line.seen.filter((request) => request.startsWith(`POST /t/${number}/messages`)).length && cut >= 3);
  await until("it is sent", async () => (await kept(amy).catch(() => ({ outbox: [{}] }))).outbox.every((row) => row.state === "sent"));
  await until("the message", async () => times(await said(number), "This arrives though") > 0);
  // From the outbox: written without a connection, and cut on its way.
  await cutOff(amy);
  await amy.goto(`${desk.base}/t/${number}`);
  await write(amy, "And this one as well.");
  await amy.waitForSelector(".message-kept:has-text('And this one as well.')");
  cut = 0;
  await connect(amy);
  await until("cut twice and then through", () => cut >= 3);
  await until("it is sent too", async () => (await kept(amy)).outbox.every((row) => row.state === "sent"));
  desk.line.cut = () => false;
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  const texts = await said(number);
  assert.deepEqual([times(texts, "This arrives though"), times(texts, "And this one as well.")], [1, 1]);
  assert.deepEqual([mails("This arrives though"), mails("And this one as well.")], [1, 1]);
});

test("a colleague who was first stops the answer; its text is kept and opens in the ticket", async () => {
  await amy.goto(`${desk.base}/t/${number}`);
  await ready(amy);
  await cutOff(amy);
  await write(amy, "I am the second one.");
  await amy.waitForSelector(".message-kept:has-text('I am the second one.')");
  const first = await desk.api(`/tickets/${number}/messages`, { method: "POST", body: JSON.stringify({ text: "Mara was here before." }) });
  assert.equal(first.status, 201);
  await connect(amy);
  await amy.waitForSelector(".message-kept.is-held:has-text('somebody wrote since')");
  assert.deepEqual((await kept(amy)).outbox.filter((row) => row.state === "stopped").map((row) => row.why), ["newer_message"]);
  await amy.waitForSelector(".offline-bar:has-text('Stopped before it was sent: 1')");
  await desk.look(amy, "offline-stopped");
  await amy.goto(`${desk.base}/offline`);
  await amy.locator("[data-letter=stopped] button:has-text('Open in the ticket')").click();
  await amy.waitForURL(new RegExp(`/t/${number}`));
  await amy.waitForSelector(".composer .alert li:has-text('Mara')");
  await ready(amy);
  await amy.waitForSelector(".ProseMirror:has-text('I am the second one.')");
  await desk.look(amy, "offline-opened");
  assert.equal(times(await said(number), "I am the second one."), 0, "nothing was sent");
  await amy.locator(".ProseMirror").click();
  await amy.keyboard.press("Control+Enter");
  await until("it, having read the other", async () => times(await said(number), "I am the second one.") === 1);
});

test("what is being written survives a reload without a connection", async () => {
  await amy.goto(`${desk.base}/t/${number}`);
  await ready(amy);
  await amy.waitForSelector(".offline-bar", { state: "detached" });
  await cutOff(amy);
  await amy.goto(`${desk.base}/t/${number}`);
  await ready(amy);
  await amy.locator(".ProseMirror").click();
  await amy.keyboard.type("Half a thought");
  await amy.waitForSelector(".saved:has-text('Kept on this device')", { state: "attached" });
  await amy.reload();
  await amy.waitForSelector(".ProseMirror:has-text('Half a thought')");
  await connect(amy);
  await amy.goto(`${desk.base}/t/${number}`);
  await amy.waitForSelector(".ProseMirror:has-text('Half a thought')");
  await until("it is the desk's draft now", async () => (await kept(amy)).about.every((name) => !String(name).startsWith("draft/")));
  await amy.evaluate((number) => fetch(`/drafts/${number}`, { method: "PUT", headers: { "content-type": "application/json" }, body: "{}" }), number);
});

test("a new version puts the old one away", async () => {
  await amy.goto(`${desk.base}/tickets?view=mine`);
  const before = await kept(amy);
  assert.equal(before.caches.length, 1);
  const [, version] = /^firstline-([0-9a-f]{8})$/.exec(before.caches[0]);
  desk.line.change = (request) => new Transform({
    transform(piece, _, done) { done(null, request.url === "/worker.js" ? String(piece).replaceAll(version, "00000000") : piece); },
  });
  await amy.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await until("the new one alone", async () => (await kept(amy)).caches.join() === "firstline-00000000");
  // From here on this is the version of the desk. The next page asks for what is to be kept.
  await amy.goto(`${desk.base}/tickets?view=mine`);
  await until("pages that name its files", async () => (await tickets(amy)).length >= 3);
});

test("the form of another site is not kept, and not sent later as one of ours", async () => {
  await amy.goto(`${desk.base}/t/${number}`);
  const before = (await kept(amy)).outbox.length;
  await cutOff(amy);
  const other = await amy.context().newPage();
  await other.setContent(`<form method="post" action="${desk.base}/t/${number}/messages"><input name="kind" value="reply"><input name="text" value="Forged elsewhere"><input name="key" value="forged-1"></form>`);
  await other.evaluate(() => document.forms[0].submit());
  await other.waitForTimeout(2_000);
  await other.close();
  await connect(amy);
  await amy.goto(`${desk.base}/t/${number}`);
  assert.equal((await kept(amy)).outbox.length, before);
  assert.equal(times(await said(number), "Forged elsewhere"), 0);
});

test("after signing out nobody reads anything, and what waits is sealed until its writer is back", async () => {
  await amy.goto(`${desk.base}/t/${number}`);
  await ready(amy);
  await cutOff(amy);
  const secret = "The customer pays in cash.";
  await write(amy, secret);
  await amy.waitForSelector(`.message-kept:has-text('${secret}')`);
  const subject = (await amy.locator(".ticket-head h1").getAttribute("title")).trim();
  // Signed out without a connection: the device forgets at once, the desk is told later.
  await amy.evaluate(() => document.querySelector('form[action="/sign-out"]').requestSubmit());
  await amy.waitForSelector("h1:has-text('Signed out on this device')");
  await desk.look(amy, "offline-signed-out");
  await amy.goto(`${desk.base}/t/${number}`);
  await amy.waitForSelector("h1:has-text('Signed out on this device')");
  assert.equal(await amy.locator(`text=${secret}`).count() + (await amy.locator(`text=${subject}`).count()), 0);
  // A page of our origin that runs no script of ours: what is left in the browser can be looked at from there.
  const left = await kept(amy);
  assert.deepEqual([left.pages, left.about.includes("session")], [[], false]);
  assert.deepEqual(left.outbox.filter((row) => row.state === "waiting").length, 1);
  for (const words of [secret, "I look at the cable", subject]) assert.ok(!left.text.includes(words), `"${words}" can be read`);
  await connect(amy);
  await amy.goto(`${desk.base}/t/${number}`);
  await amy.waitForURL(/\/sign-in/);
  // Somebody else at the same device.
  await desk.signIn(amy, "ben@lindgren.example");
  await until("his tickets", async () => (await tickets(amy)).length > 0);
  await amy.goto(`${desk.base}/offline`);
  await amy.waitForSelector("p[data-sealed]:not([hidden])");
  await amy.waitForTimeout(2_000);
  assert.equal(times(await said(number), secret), 0, "it is not his to send");
  assert.ok(!(await kept(amy)).text.includes(secret));
  await amy.evaluate(() => document.querySelector('form[action="/sign-out"]').requestSubmit());
  await amy.waitForURL(/\/sign-in/);
  assert.deepEqual((await kept(amy)).pages, []);
  await desk.signIn(amy, "amy@lindgren.example");
  await until("it is sent in her name", async () => times(await said(number), secret) === 1);
});

test("a session that ended elsewhere takes what is kept with it", async () => {
  await until("her tickets", async () => (await tickets(amy)).length > 0);
  await amy.context().clearCookies();
  await amy.goto(`${desk.base}/tickets`);
  await amy.waitForURL(/\/sign-in/);
  await until("nothing", async () => (await kept(amy)).pages.length === 0 && !(await kept(amy)).about.includes("session"));
  await cutOff(amy);
  await amy.goto(`${desk.base}/tickets?view=mine`);
  await amy.waitForSelector("h1:has-text('No connection')");
  assert.equal(await amy.locator(".row").count(), 0);
  await connect(amy);
});
