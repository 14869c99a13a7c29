// A desk in an office without TLS: http and a host name, no "localhost" that browsers trust. There browsers send no
// Sec-Fetch-Site, and the Origin of a form depends on the page's Referrer-Policy.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk;
before(async () => { desk = await open({ host: "desk.test" }); });
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const support = "support@lindgren.example";
const customer = "cleo@customer.example";
const plain = (mail) => mail.replace(/=\n/g, "").replace(/=3D/g, "=");

test("without TLS and under a name, people sign in, answer and ask", async () => {
  assert.match(desk.base, /^http:\/\/desk\.test:/);
  const page = await desk.person();
  const posts = [];
  page.on("request", async (request) => {
    if (request.method() === "POST") posts.push({ url: request.url(), headers: await request.allHeaders() });
  });
  await desk.signIn(page, "amy@lindgren.example");
  await sendMail(desk.smtp, customer, support, [
    `From: Cleo <${customer}>`, `To: ${support}`, "Subject: The door squeaks", "Message-ID: <door@customer.example>",
    "Date: Sat, 21 Nov 2026 09:00:00 +0000", "", "All day long.",
  ]);
  await until("the ticket in the list", async () => {
    await page.goto(`${desk.base}/tickets?view=unassigned`);
    return page.$("text=The door squeaks");
  });
  await page.click("text=The door squeaks");
  await page.waitForURL(/\/t\/\d+/);
  const editor = page.locator("fl-composer .ProseMirror").first();
  await editor.waitFor({ timeout: 10_000 });
  await editor.click();
  await page.keyboard.type("We bring oil.");
  await page.keyboard.press("Control+Enter");
  await until("the answer at the relay", () => desk.mails.find((mail) => mail.includes("We bring oil.")));
  assert.ok(posts.length >= 2, "forms were sent");
  for (const post of posts) {
    assert.equal(post.headers["sec-fetch-site"], undefined, "this browser trusts the name, so this proves nothing");
    assert.equal(post.headers.origin, desk.base, post.url);
  }

  // The customer's link: its page names itself to nobody, so its form says "null", and the token in it is the proof.
  const receipt = await until("the acknowledgement", () => desk.mails.find((mail) => /Auto-Submitted: auto-replied/i.test(mail)));
  const path = plain(receipt).match(/https?:\/\/[^\s/]+(\/p\/[A-Za-z0-9-]+)/)[1];
  const phone = await desk.person({ javaScriptEnabled: false });
  const origins = [];
  phone.on("request", async (request) => {
    if (request.method() === "POST") origins.push((await request.allHeaders()).origin);
  });
  await phone.goto(desk.base + path);
  await phone.locator("textarea[name=text]").fill("Oil helped.");
  await phone.locator("form:has(textarea[name=text]) button").first().click();
  await phone.waitForSelector("text=Oil helped.");
  assert.deepEqual(origins, ["null"]);

  // The form for requests, and the customer's sign-in with the link that it mails.
  await phone.goto(`${desk.base}/portal`);
  await new Promise((resolve) => setTimeout(resolve, 3500));
  await phone.fill("[name=email]", "dora@customer.example");
  await phone.fill("[name=subject]", "A window sticks");
  await phone.fill("textarea[name=text]", "Since the rain.");
  await phone.locator("form:has(textarea[name=text]) button").first().click();
  await phone.waitForSelector("text=/#\\d+/");
  await phone.goto(`${desk.base}/portal/sign-in`);
  const before = desk.mails.length;
  await phone.locator("form[action='/portal/sign-in/link'] [name=email]").fill("dora@customer.example");
  await phone.locator("form[action='/portal/sign-in/link'] button").click();
  const letter = await until("the mail with the link", () =>
    desk.mails.slice(before).find((mail) => plain(mail).includes("/portal/sign-in/")));
  const door = plain(letter).match(/https?:\/\/[^\s/]+(\/portal\/sign-in\/[A-Za-z0-9_-]+)/)[1];
  await phone.goto(desk.base + door);
  await phone.locator("main form button").first().click();
  await phone.waitForURL(/\/portal\/requests/);
  await phone.waitForSelector("text=A window sticks");
  await phone.locator("a:has-text('A window sticks')").first().click();
  await phone.locator("textarea[name=text]").fill("Now it is open.");
  await phone.locator("form:has(textarea[name=text]) button").first().click();
  await phone.waitForSelector("text=Now it is open.");
  assert.ok(origins.slice(-1)[0] === desk.base, "a page that a cookie opens names itself");
});

test("a form of another site is refused there, too", async () => {
  const page = await desk.person();
  await desk.signIn(page, "amy@lindgren.example");
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  assert.match(cookie, /firstline=/);
  const { host, port } = new URL(desk.base);
  const send = (origin) => new Promise((resolve, reject) => {
    const headers = { host, cookie, ...(origin ? { origin } : {}) };
    http.request({ host: "127.0.0.1", port, path: "/sign-out", method: "POST", headers }, (answer) => resolve(answer.resume().statusCode)).on("error", reject).end();
  });
  assert.equal(await send("http://evil.test"), 403);
  assert.equal(await send("null"), 403, "without a token in its address, a page that hides itself gains nothing");
  assert.equal(await send(), 403);
  assert.equal(await send(desk.base), 303, "or it proves nothing");
});
