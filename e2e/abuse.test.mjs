// Payloads of four collections mailed in as body, subject, name and file name. A browser opens what agents and customers
// see; nothing runs, nothing is fetched from elsewhere. FIRSTLINE_PAYLOADS=all takes all of them instead of a sample.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open, sendMail, until } from "./desk.mjs";

let desk;
before(async () => { desk = await open(); });
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  // A policy that refuses is what we want to see; a foreign request or an error of a page is not.
  assert.deepEqual(desk.findings.filter((line) => !/Content Security Policy|Refused to/.test(line)), []);
});

const support = "support@lindgren.example";
const corpora = new URL("../testdata/corpora/", import.meta.url).pathname;

function strings(value, found) {
  if (typeof value === "string") found.push(value);
  else if (value && typeof value === "object") for (const inner of Object.values(value)) strings(inner, found);
}
function payloads() {
  const all = [];
  for (const folder of ["bleach_xss", "html_xss", "naughty_strings"])
    for (const { name } of readdirSync(join(corpora, folder), { withFileTypes: true }).filter((entry) => entry.isFile())) {
      if (/LICENSE|README/.test(name)) continue;
      const text = readFileSync(join(corpora, folder, name), "utf8");
      if (name.endsWith(".json")) strings(JSON.parse(text), all);
      else if (name.endsWith(".test")) all.push(text);
    }
  // What would run calls the sentinel.
  const armed = all.filter((text) => /[<&"'`{]|script/i.test(text)).map((text) => text.replace(/\b(alert|prompt|confirm|print)\b/g, "sentinel"));
  const step = process.env.FIRSTLINE_PAYLOADS === "all" ? 1 : Math.max(1, Math.floor(armed.length / 40));
  return [
    "<img src=x onerror=sentinel(1)>", "<svg onload=sentinel(1)>", "\"><script>sentinel(1)</script>", "javascript:sentinel(1)",
    "<iframe srcdoc='<script>parent.sentinel(1)</script>'>", "{{constructor.constructor('sentinel(1)')()}}",
    ...armed.filter((_, at) => at % step === 0),
  ];
}
const word = (text) => `=?utf-8?B?${Buffer.from(text.replace(/[\r\n]+/g, " ").slice(0, 300)).toString("base64")}?=`;
const lines = (text) => Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\n").split("\n");

test("nothing that strangers send runs in an agent's or a customer's browser", async () => {
  const all = payloads();
  assert.ok(all.length >= 40, `${all.length} payloads`);
  const agent = await desk.person();
  const calls = [];
  const watch = async (page) => {
    await page.exposeFunction("sentinel", (...told) => { calls.push(`${page.url()} ${told}`); });
    page.on("dialog", (dialog) => { calls.push(`${page.url()} dialog ${dialog.message()}`); dialog.dismiss(); });
  };
  await watch(agent);
  await desk.signIn(agent, "amy@lindgren.example");
  const lost = [];
  for (const [at, payload] of all.entries()) {
    await sendMail(desk.smtp, `p${at}@customer.example`, support, [
      `From: ${word(payload)} <p${at}@customer.example>`, `To: ${support}`, `Subject: ${word(`n${at}n ${payload}`)}`,
      `Message-ID: <p${at}@customer.example>`, "Date: Sat, 21 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html; charset=utf-8",
      "Content-Transfer-Encoding: base64", "", ...lines(`<p>${payload}</p>`), "--b",
      `Content-Type: application/octet-stream; name="${word(payload)}"`, `Content-Disposition: attachment; filename="${word(payload)}"`,
      "", "x", "--b--",
    ]);
  }
  const receipts = await until("the acknowledgements", () => {
    const found = desk.mails.filter((mail) => /Auto-Submitted: auto-replied/i.test(mail));
    return found.length >= Math.min(20, all.length) && found;
  });
  const seen = new Set();
  const numbers = await until("all tickets", async () => {
    seen.clear();
    for (let path = "/api/v1/tickets?limit=200"; path; ) {
      const list = await (await agent.context().request.get(desk.base + path)).json();
      for (const ticket of list.items) if (/^n\d+n /.test(ticket.subject)) seen.add(ticket.number);
      path = list.next && seen.size < all.length ? `/api/v1/tickets?limit=200&cursor=${encodeURIComponent(list.next)}` : null;
    }
    return seen.size >= all.length && [...seen];
  });
  await agent.goto(`${desk.base}/tickets?view=unassigned`);
  await agent.waitForLoadState("load");
  for (const number of numbers) {
    await agent.goto(`${desk.base}/t/${number}`);
    // The frame with the mail's own formatting, and the folded parts.
    await agent.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    await agent.locator("iframe.message-frame").first().scrollIntoViewIfNeeded({ timeout: 500 }).catch(() => lost.push(number));
    const outside = await agent.evaluate(() => [...document.querySelectorAll("*")].filter((element) =>
      [...element.attributes].some((attribute) => /^on/i.test(attribute.name) || (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/i.test(attribute.name) && /^\s*(javascript|vbscript|data:text)/i.test(attribute.value)))).map((element) => element.outerHTML.slice(0, 200)));
    assert.deepEqual(outside, [], `ticket ${number}`);
  }
  for (const path of [`/t/${numbers[0]}/history`, "/search?q=sentinel", "/contacts", "/admin/outbox", "/admin/inbound"]) await agent.goto(desk.base + path);
  const customer = await desk.person();
  await watch(customer);
  for (const mail of receipts.slice(0, 20)) {
    const path = mail.replace(/=\n/g, "").replace(/=3D/g, "=").match(/https?:\/\/[^\s/]+(\/p\/[A-Za-z0-9-]+)/)[1];
    await customer.goto(desk.base + path);
    await customer.waitForLoadState("load");
  }
  assert.deepEqual(calls, [], "something ran");
  await agent.evaluate(() => window.sentinel("on purpose"));
  assert.equal(calls.length, 1, "a call is heard, or this proves nothing");
  assert.ok(lost.length < numbers.length / 2, `the frame was shown: ${lost.length} of ${numbers.length} have none`);
});
