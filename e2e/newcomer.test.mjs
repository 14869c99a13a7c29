// The first minutes: an empty folder, the code of the console, a desk, a first ticket without any inbox.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, program } from "./desk.mjs";

const data = mkdtempSync(join(tmpdir(), "firstline-new-"));
const password = "the kettle sings at seven";
let server, base, log = "", desk;

before(async () => {
  server = spawn(program, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  server.stderr.on("data", (text) => (log += text));
  base = await new Promise((resolve, reject) => {
    server.stdout.on("data", (line) => resolve(/listening on (\S+)/.exec(line)[1]));
    server.on("exit", (code) => reject(new Error(`the program ended with ${code}: ${log}`)));
  });
  desk = await browse(base);
});
after(async () => {
  await desk.browser.close();
  const ended = new Promise((resolve) => server.on("exit", resolve));
  server.kill("SIGTERM");
  assert.equal(await ended, 0, "the program ends well");
  rmSync(data, { recursive: true, force: true });
  assert.ok(!log.includes(password), "the log has no password");
  assert.deepEqual(desk.findings, []);
});

test("the wizard looks right in every language, on a phone, in the dark", async () => {
  for (const [locale, options] of [["en", {}], ["de", { viewport: { width: 360, height: 740 } }], ["nl", { viewport: { width: 360, height: 740 }, colorScheme: "dark" }]]) {
    const page = await desk.person({ locale, ...options });
    await page.goto(`${base}/tickets`);
    assert.equal(new URL(page.url()).pathname, "/setup", "every page leads to the wizard");
    assert.equal(await page.getAttribute("html", "lang"), locale);
    assert.equal(await page.inputValue("[name=language]"), locale, "its own language is proposed");
    await desk.look(page, `wizard-${locale}`);
  }
});

test("whoever is at the console sets up the desk without JavaScript, and opens the first ticket", async () => {
  const page = await desk.person({ javaScriptEnabled: false });
  const fill = async (code, admin_password) => {
    for (const [name, value] of Object.entries({ code, desk_name: "Rad & Tat", admin_name: "Ada Peters", admin_email: "ada@rad.example", admin_password }))
      await page.fill(`[name=${name}]`, value);
    await page.click("main form .button-primary");
  };
  await page.goto(base);
  await fill("aaaa-aaaa", password);
  await page.waitForSelector("#code-error");
  assert.equal(await page.inputValue("[name=desk_name]"), "Rad & Tat");
  assert.equal(await page.inputValue("[name=admin_password]"), "", "a password is never sent back");
  await desk.look(page, "wizard-wrong-code");
  const code = /setup code: (\S+)/.exec(log)[1];
  await fill(code, "hunter2");
  await page.waitForSelector("#admin_password-error");
  await fill(code.toUpperCase().replace("-", " "), password);
  await page.waitForURL(`${base}/sign-in`);

  assert.equal((await page.request.get(`${base}/setup`)).status(), 410);
  await page.fill("[name=email]", "ada@rad.example");
  await page.fill("[name=password]", password);
  await page.click("main form .button-primary");
  await page.waitForURL(`${base}/tickets`);
  await desk.look(page, "new-desk-empty");

  await page.goto(`${base}/tickets/new`);
  await desk.look(page, "new-desk-new-ticket");
  await page.check("input[name=channel][value=phone]", { force: true });
  await page.fill("[name=requester]", "Cy Young <cy@customer.example>");
  await page.fill("[name=subject]", "The bell does not ring");
  await page.fill("[name=text]", "Since the rain.");
  await page.getByRole("button", { name: "Open ticket", exact: true }).click();
  await page.waitForURL(/\/t\/1$/);
  await page.waitForSelector("text=The bell does not ring");
  await desk.look(page, "new-desk-first-ticket");
  assert.match(await page.title(), /Rad & Tat/);
});

test("the wizard is over for everybody", async () => {
  const page = await desk.person({ locale: "de" });
  const answer = await page.goto(`${base}/setup`);
  assert.equal(answer.status(), 410);
  await desk.look(page, "wizard-over");
  const stranger = await desk.person();
  await stranger.goto(base);
  assert.match(stranger.url(), /\/sign-in/);
});
