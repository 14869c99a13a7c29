// An agent's day without the mouse: open, answer, note, forward, assign, tag, solve, take back, call, look it up.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk, amy;
before(async () => {
  desk = await open();
  amy = await desk.person();
  await desk.signIn(amy, "amy@lindgren.example");
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC", "base64");

/** A mail with a text file and a picture, as a customer's program sends it. */
const mail = (subject, text) => [
  "From: Ada Peters <ada@customer.example>", `To: ${support}`, `Subject: ${subject}`, `Message-ID: <${Date.now()}@customer.example>`,
  "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "", "--b",
  "Content-Type: text/plain; charset=utf-8", "", text, "--b", 'Content-Type: text/plain; name="readings.txt"',
  'Content-Disposition: attachment; filename="readings.txt"', "", "22 degrees at noon", "--b", 'Content-Type: image/png; name="lift.png"',
  'Content-Disposition: attachment; filename="lift.png"', "Content-Transfer-Encoding: base64", "", png.toString("base64"), "--b--", "",
];
const editor = (page) => page.locator("fl-composer .ProseMirror");
const ready = (page) => editor(page).waitFor();
/** Puts the focus where single keys count. */
const leaveText = (page) => page.evaluate(() => document.activeElement?.blur());
/** A mail without the line ends and signs that its encoding added. */
const plain = (mail) => mail.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
/** A header of a mail, unfolded and decoded as far as our subjects need it. */
const header = (mail, name) => mail.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, " ").match(new RegExp(`^${name}: (.*)$`, "im"))?.[1];

test("the first view is small, quick to paint, and does not jump", async () => {
  const page = await desk.person();
  let bytes = 0, requests = 0;
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  wire.on("Network.requestWillBeSent", () => requests++);
  wire.on("Network.loadingFinished", (done) => (bytes += done.encodedDataLength));
  await desk.signIn(page, "amy@lindgren.example");
  await wire.send("Network.clearBrowserCache");
  bytes = requests = 0;
  await page.goto(`${desk.base}/tickets?view=open`, { waitUntil: "load" });
  await page.waitForTimeout(300);
  const shift = await page.evaluate(() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 100);
  }));
  console.log(`list: ${(bytes / 1024).toFixed(0)} KB in ${requests} requests, layout shift ${shift.toFixed(4)}`);
  assert.ok(bytes <= 120 * 1024, `${bytes} bytes`);
  assert.ok(requests <= 12, `${requests} requests`);
  assert.ok(shift < 0.01, `layout shift ${shift}`);
  await page.context().close();
});

test("open from the list, answer with formatting and a pasted picture", async () => {
  await sendMail(desk.smtp, "ada@customer.example", support, mail("The lift hums", "It began on Tuesday."));
  await until("the ticket in the list", async () => {
    await amy.goto(`${desk.base}/tickets?view=unassigned`);
    return amy.$("text=The lift hums");
  });
  await desk.look(amy, "day-list");
  for (let down = 0; down < 60; down++) {
    await amy.keyboard.press("j");
    if (await amy.evaluate(() => document.activeElement?.matches(".row > a") && document.activeElement.textContent.includes("The lift hums"))) break;
  }
  const outline = await amy.evaluate(() => {
    const link = document.activeElement, row = link.closest(".row");
    return [[link], [link, "::after"], [row], [row, "::before"]].some(([element, part]) => getComputedStyle(element, part).outlineStyle !== "none");
  });
  assert.ok(outline, "the row that has the focus shows it");
  await amy.keyboard.press("Enter");
  await amy.waitForURL(/\/t\/\d+/);
  await amy.waitForSelector("text=It began on Tuesday.");
  await ready(amy);
  await leaveText(amy);
  await amy.keyboard.press("r");
  await amy.waitForFunction(() => document.activeElement?.matches(".ProseMirror"));
  await amy.keyboard.type("Thank you. ");
  await amy.keyboard.press("Control+b");
  await amy.keyboard.type("A technician");
  await amy.keyboard.press("Control+b");
  await amy.keyboard.type(" comes tonight.");
  await amy.keyboard.press("Enter");
  await amy.keyboard.type("- at six");
  await amy.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "plan.png", { type: "image/png" }));
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, png.toString("base64"));
  await amy.waitForSelector(".ProseMirror img[data-upload]");
  await until("the saved draft", () => amy.locator(".composer .saved").textContent());
  await desk.look(amy, "day-composer");
  await amy.keyboard.press("Control+Enter");
  const answer = await until("the mail at the relay", () => desk.mails.find((mail) => plain(mail).includes("technician</strong>")));
  assert.match(header(answer, "In-Reply-To"), /customer\.example/);
  await amy.waitForSelector(".message-out .message-body strong:text('A technician')");
  assert.equal(await amy.locator(".message-out .message-body li").count(), 1, "a list is a list");
  assert.equal(await amy.locator(".message-out .message-body img[src^='/attachments/']").count(), 1, "the picture stands in the text");
  await until("the delivery", async () => {
    await amy.reload();
    return amy.$(".message-out .message-foot .is-done");
  });
});

test("a note and a forward stay away from the customer", async () => {
  await ready(amy);
  await leaveText(amy);
  await amy.keyboard.press("c");
  await amy.keyboard.type("Check the bearing first.");
  await amy.keyboard.press("Control+Enter");
  await amy.waitForSelector(".message-note:has-text('Check the bearing first.')");
  await ready(amy);
  await leaveText(amy);
  await amy.keyboard.press("f");
  await amy.waitForSelector("#forward_subject:visible");
  assert.match(await amy.locator("#forward_subject").inputValue(), /^Fwd: The lift hums/);
  assert.equal(await amy.locator(".composer [data-field=to] .chip").count(), 0, "nobody is chosen beforehand");
  await desk.look(amy, "day-forward");
  await leaveText(amy);
  // The message to send on is the customer's first one, chosen from its own menu.
  await amy.locator(".message-in").first().locator("[popovertarget]").click();
  await amy.locator(".menu:popover-open a[href*='forward=']").click();
  await amy.waitForURL(/forward=/);
  await ready(amy);
  await amy.locator("[data-field=to] input[type=text]").fill("works@supplier.example");
  await amy.keyboard.press("Enter");
  await amy.locator("input[name=forward_file]").last().uncheck();
  await editor(amy).click();
  await amy.keyboard.type("Can you come?");
  await amy.keyboard.press("Control+Enter");
  const sent = await until("the forwarded mail", () => desk.mails.find((mail) => plain(mail).includes("Can you come?")));
  assert.match(header(sent, "Subject"), /^Fwd: The lift hums/);
  assert.equal(header(sent, "In-Reply-To"), undefined);
  assert.equal(header(sent, "References"), undefined);
  assert.match(header(sent, "To"), /works@supplier\.example/);
  assert.ok(!/ada@customer/.test(header(sent, "To") + header(sent, "Cc")), "the customer gets none of it");
  assert.match(plain(sent), /It began on Tuesday\./);
  assert.match(sent, /readings\.txt/);
  assert.ok(!/name="?lift\.png/.test(sent), "the file that was taken out is not in it");
  await amy.waitForSelector(".message-note:has-text('Can you come?')");
  assert.equal(await amy.locator("#context .mini-line:has-text('works@')").count(), 0, "whoever got it does not take part");
});

test("properties by key, and every one of them can be taken back", async () => {
  await ready(amy);
  await leaveText(amy);
  const status = () => amy.locator(".ticket-head .state").first().textContent();
  const before = await status();
  await amy.keyboard.press("e");
  await amy.waitForSelector("#toasts .toast form");
  await until("the new status", async () => /Solved/.test(await status()));
  await desk.look(amy, "day-undo");
  await amy.keyboard.press("Control+z");
  await until("the old status", async () => (await status()) === before);
  await amy.waitForSelector("#toasts .toast:has-text('Undone')");

  await leaveText(amy);
  await amy.keyboard.press("l");
  await amy.keyboard.type("lift");
  await amy.keyboard.press("Enter");
  await amy.waitForSelector("#toasts .toast:has-text('lift')");
  await amy.waitForSelector("#context .chip:has-text('lift')");

  await amy.locator("#priority").selectOption("urgent");
  await amy.waitForSelector("#toasts .toast:has-text('Urgent')");
  await amy.locator("#toasts form button").click();
  await until("the old priority", async () => (await amy.locator("#priority").inputValue()) === "normal");

  await leaveText(amy);
  await amy.evaluate(() => document.querySelector("[data-key~=m]").click());
  await until("it is mine", async () => /Amy/.test(await amy.locator("#assignee option:checked").textContent()));
  await amy.goto(`${amy.url().replace(/[?#].*/, "")}/history`);
  await amy.waitForSelector("text=sent a message on to works@supplier.example");
  await desk.look(amy, "day-history");
});

test("a change is taken back without scripts too", async () => {
  const number = amy.url().match(/\/t\/(\d+)/)[1];
  const page = await desk.person({ javaScriptEnabled: false });
  await desk.signIn(page, "amy@lindgren.example");
  await page.goto(`${desk.base}/t/${number}`);
  await page.locator(".ticket-head form:has(input[name=status]) button").first().click();
  await page.waitForURL(/done=change/);
  await page.locator("#toasts form button").click();
  await page.waitForURL(/done=undone/);
  assert.doesNotMatch(await page.locator(".ticket-head .state").first().textContent(), /Solved/);
  await page.context().close();
});

test("what arrives meanwhile is offered and moves nothing", async () => {
  const number = amy.url().match(/\/t\/(\d+)/)[1];
  await amy.goto(`${desk.base}/t/${number}`);
  await ready(amy);
  await editor(amy).click();
  await amy.keyboard.type("I am writ");
  const ben = await desk.person();
  await desk.signIn(ben, "ben@lindgren.example");
  const note = await ben.request.post(`${desk.base}/t/${number}/messages`, { form: { kind: "note", text: "Ben was here.", seen: "0" }, headers: { "Sec-Fetch-Site": "same-origin" } });
  assert.ok(note.ok(), String(note.status()));
  await amy.waitForSelector(".live .news:not([hidden]) button");
  assert.equal(await amy.locator("text=Ben was here.").count(), 0, "nothing was moved under the hand");
  await amy.keyboard.type("ing.");
  await amy.locator(".live .news button").click();
  await amy.waitForSelector("text=Ben was here.");
  assert.match(await editor(amy).textContent(), /I am writing\./, "what was begun is still there");
  await desk.look(amy, "day-news");
  await ben.context().close();
});

test("files open over the page", async () => {
  await amy.locator(".message-in a[data-view=image]").first().click();
  await amy.waitForSelector("dialog.viewer[open] img");
  await desk.look(amy, "day-viewer");
  await amy.keyboard.press("Escape");
  await amy.locator(".message-in a[data-view=text]").first().click();
  const frame = amy.locator("dialog.viewer[open] iframe");
  await frame.waitFor();
  assert.equal(await frame.getAttribute("sandbox"), "", "a text has no right at all");
  const text = await amy.request.get(desk.base + new URL(await frame.getAttribute("src"), desk.base).pathname);
  assert.match(await text.text(), /22 degrees at noon/);
  assert.match(text.headers()["content-security-policy"], /default-src 'none'/);
  await amy.keyboard.press("Escape");
  await amy.waitForSelector("dialog.viewer", { state: "hidden" });
});

test("somebody calls: a new ticket by phone", async () => {
  await leaveText(amy);
  await amy.keyboard.press("n");
  await amy.waitForURL(/\/tickets\/new/);
  await amy.locator("#requester").fill("Grace Newcomer");
  await amy.locator("#phone").fill("+49 30 123456");
  await amy.locator("#subject").fill("The door does not lock");
  await amy.locator("textarea[name=text]").fill("Since this morning.");
  await desk.look(amy, "day-phone");
  await amy.locator(".form-foot .button-primary").click();
  await amy.waitForURL(/\/t\/\d+/);
  await amy.waitForSelector("text=Since this morning.");
  // Her address is added where one sees it is missing.
  await amy.locator("#context details.edit summary").first().click();
  await amy.locator("#person_emails").fill("grace@customer.example\ngrace.n@customer.example");
  await amy.locator("#context details.edit button").first().click();
  await amy.waitForSelector("#context .facts a[href='mailto:grace.n@customer.example']");
  await amy.locator("#context details.edit summary").first().click();
  await amy.locator("#person_emails").fill("nonsense");
  await amy.locator("#context details.edit button").first().click();
  await amy.waitForSelector("#person_emails-error");
  await desk.look(amy, "day-contact-mistake");
});

test("the sheet of keys, and their switch", async () => {
  await amy.goto(`${desk.base}/tickets?view=open`);
  await amy.keyboard.press("?");
  await amy.waitForSelector("dialog#keys[open]");
  await desk.look(amy, "day-keys");
  await amy.keyboard.press("Escape");
  await amy.keyboard.press("Control+k");
  await amy.waitForSelector("dialog#palette[open]");
  await amy.keyboard.type("lift");
  await amy.waitForSelector("#palette-list [role=option]:has-text('The lift hums')");
  await desk.look(amy, "day-palette");
  await amy.keyboard.press("Escape");
  await amy.goto(`${desk.base}/profile`);
  await amy.locator("input[name=keys]").uncheck();
  await amy.locator("form[action='/profile'] .button-primary").click();
  await amy.waitForSelector(".alert-done");
  await amy.goto(`${desk.base}/tickets`);
  await amy.keyboard.press("n");
  await amy.keyboard.press("?");
  await amy.waitForTimeout(200);
  assert.match(amy.url(), /\/tickets$/, "single keys are off");
  assert.equal(await amy.locator("dialog[open]").count(), 0);
});
