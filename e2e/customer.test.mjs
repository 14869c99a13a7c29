// Customers without JavaScript, on a cheap phone, in three languages: ask by form, follow, answer, close, sign in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { open, program, until } from "./desk.mjs";
import { headers, html, text } from "./mail.mjs";

const phone = { javaScriptEnabled: false, viewport: { width: 360, height: 740 } };
const words = {
  en: { heading: "How can we help?", received: "We have your request", send: "Send the answer", close: "It is solved, close it",
    closed: "The request is closed.", reopen: "Open it again", reopened: "The request is open again.", none: "You have not asked anything yet." },
  de: { heading: "Wie können wir helfen?", received: "Ihre Anfrage ist angekommen", send: "Antwort absenden", close: "Erledigt, Anfrage schließen",
    closed: "Die Anfrage ist geschlossen.", reopen: "Wieder öffnen", reopened: "Die Anfrage ist wieder offen.", none: "Sie haben noch keine Anfrage gestellt." },
  nl: { heading: "Waarmee kunnen we u helpen?", received: "Uw aanvraag is ontvangen", send: "Antwoord versturen", close: "Opgelost, aanvraag sluiten",
    closed: "De aanvraag is gesloten.", reopen: "Weer openen", reopened: "De aanvraag is weer open.", none: "" },
};
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

let desk, token;
before(async () => {
  desk = await open();
  token = execFileSync(program, ["token", "create", "--data", desk.data, "--user", "mara@lindgren.example", "--scopes", "all"], { encoding: "utf8" }).trim();
});
after(async () => {
  assert.equal(await desk.close(), 0, "the program ends well");
  assert.deepEqual(desk.findings, []);
});

const api = async (method, path, body) => {
  const answer = await fetch(`${desk.base}/api/v1${path}`, {
    method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
};
/** The mail to this address whose subject fits. */
const mailTo = (address, subject) => until(`a mail to ${address}`, () =>
  desk.mails.find((mail) => headers(mail).to.includes(address) && subject.test(headers(mail).subject)));
/** The form as a person fills it in: not quicker than a program would. */
const ask = async (page, language, fields, files = []) => {
  await page.goto(`${desk.base}/portal`);
  assert.equal(await page.getAttribute("html", "lang"), language);
  assert.equal(await page.textContent("h1"), words[language].heading);
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
  if (files.length) await page.setInputFiles("[name=file]", files);
  await new Promise((resolve) => setTimeout(resolve, 3100));
  await page.click("#send");
};

for (const language of ["en", "de", "nl"])
  test(`a customer asks, follows, answers, closes and opens again (${language})`, async () => {
    const say = words[language], address = `kim.${language}@customer.example`;
    const page = await desk.person({ ...phone, locale: language, colorScheme: language === "nl" ? "dark" : "light" });
    await page.goto(`${desk.base}/portal`);
    await desk.look(page, `customer-${language}-ask`);
    await ask(page, language, { name: "Kim Groß", email: address, subject: `Das Rad quietscht ${language}`, text: "Seit gestern.\n\nBilder anbei." }, [
      { name: "Größe & Maß.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 wheel") },
      { name: "wheel.png", mimeType: "image/png", buffer: picture },
    ]);
    assert.equal(await page.textContent("h1"), say.received);
    const number = (await page.textContent(".reference .number")).slice(1);
    assert.equal(await page.locator("a[href*='/p/']").count(), 0, "whoever types an address does not get its link");
    await desk.look(page, `customer-${language}-received`);

    const receipt = await mailTo(address, new RegExp(`\\[#${number}\\]`));
    assert.match(headers(receipt).subject, new RegExp(say.received));
    assert.match(html(receipt), new RegExp(`lang="${language}"`));
    const link = text(receipt).match(/^https?:\/\/\S+\/p\/\S+$/m)[0];
    assert.ok(html(receipt).includes(`href="${link}"`), "the button of the HTML leads to the same page");
    assert.ok(!/quietscht|gestern/.test(receipt), "nothing that somebody typed goes to an address that is not proven");

    await page.goto(link);
    assert.match(await page.textContent(".said .prose"), /Seit gestern/);
    assert.deepEqual(await page.locator(".attachment .name").allTextContents(), ["Größe & Maß.pdf", "wheel.png"]);
    const file = await page.request.get(desk.base + await page.getAttribute(".attachment", "href"));
    assert.equal(await file.text(), "%PDF-1.4 wheel");
    assert.match(file.headers()["content-disposition"], /filename\*=UTF-8''Gr%C3%B6%C3%9Fe/);

    await page.fill("textarea[name=text]", "It also rattles.");
    await page.setInputFiles("[name=file]", [{ name: "rattle.txt", mimeType: "text/plain", buffer: Buffer.from("krrr") }]);
    await page.getByRole("button", { name: say.send }).click();
    await page.waitForSelector("text=It also rattles.");
    assert.ok((await page.locator(".attachment .name").allTextContents()).includes("rattle.txt"));

    await api("POST", `/tickets/${number}/messages`, { kind: "note", text: "Only we read this." });
    await api("POST", `/tickets/${number}/messages`, { kind: "public", text: "Oil it twice a year.", to: [address] });
    const answer = await mailTo(address, /^Re: /);
    assert.match(text(answer), /Oil it twice a year\./);
    assert.ok(text(answer).includes(link), "the answer has the link, too");
    await page.goto(link);
    await page.waitForSelector("text=Oil it twice a year.");
    assert.equal(await page.locator("text=Only we read this.").count(), 0);
    await desk.look(page, `customer-${language}-follow`);

    await page.getByRole("button", { name: say.close }).click();
    await page.waitForSelector(`text=${say.closed}`);
    assert.equal((await api("GET", `/tickets/${number}`)).status.category, "solved");
    await page.getByRole("button", { name: say.reopen }).click();
    await page.waitForSelector(`text=${say.reopened}`);
    assert.equal((await api("GET", `/tickets/${number}`)).status.category, "open");
    await page.goto(`${link.slice(0, -1)}${link.endsWith("a") ? "b" : "a"}`);
    await desk.look(page, `customer-${language}-gone`);
    assert.equal(await page.locator("text=Seit gestern").count(), 0, "a link that was changed opens nothing");
  });

test("a customer signs in by a mailed link, sees all requests, and sets a password", async () => {
  const page = await desk.person({ ...phone, locale: "de" }), address = "kim.de@customer.example";
  await page.goto(`${desk.base}/portal/sign-in`);
  await desk.look(page, "customer-sign-in");
  await page.fill("#email", address);
  await page.click("main form >> nth=0 >> button");
  const letter = await mailTo(address, /^Ihr Link zu Lindgren IT$/);
  await page.goto(text(letter).match(/^https?:\/\/\S+\/portal\/sign-in\/\S+$/m)[0]);
  await page.click("main button");
  await page.waitForURL(`${desk.base}/portal/requests`);
  assert.deepEqual(await page.locator(".requests strong").allTextContents(), ["Das Rad quietscht de"]);
  await desk.look(page, "customer-requests");
  for (let number = 1; number <= 27; number++)
    await api("POST", "/tickets", { subject: `Rechnung ${number}`, text: "x", requester: { email: address }, channel: "phone" });
  await page.goto(`${desk.base}/portal/requests`);
  assert.equal(await page.locator(".requests li").count(), 25);
  await page.click("a[rel=next]");
  assert.equal(await page.locator(".requests li").count(), 3);
  await desk.look(page, "customer-requests-older");

  await page.click("header a[href='/portal/account']");
  await desk.look(page, "customer-account");
  await page.fill("[name=password]", "short");
  await page.click("main form >> nth=0 >> button");
  await page.waitForSelector(".field-error");
  await page.fill("[name=password]", "die lampe leuchtet leise");
  await page.click("main form >> nth=0 >> button");
  await page.waitForSelector(".alert-done");
  await page.click("header form button");
  await page.waitForURL(/\/portal\/sign-in/);
  await page.click("summary");
  await page.fill("#email2", address);
  await page.fill("[name=password]", "die lampe leuchtet leise");
  await page.click("details button");
  await page.waitForURL(`${desk.base}/portal/requests`);
  await ask(page, "de", { subject: "Noch etwas", text: "Angemeldet gefragt." });
  await page.click("a.button-primary");
  await page.waitForSelector("text=Angemeldet gefragt.");
});

test("a mistake keeps every word, a program that fills in the hidden field gets nothing", async () => {
  const page = await desk.person({ ...phone, locale: "nl" });
  await ask(page, "nl", { name: "Noor", email: "noor@customer.example", subject: "Waar is mijn fiets?", text: "  " });
  await page.waitForSelector("#text-error");
  assert.equal(await page.inputValue("[name=subject]"), "Waar is mijn fiets?");
  await desk.look(page, "customer-mistake");
  const before = (await api("GET", "/tickets?limit=1")).items[0].number;
  await page.evaluate(() => { document.querySelector("[name=website]").value = "https://spam.example"; });
  await page.fill("[name=text]", "Hij is weg.");
  await page.click("#send");
  assert.equal(await page.textContent("h1"), words.nl.received);
  assert.equal(await page.locator(".reference").count(), 0);
  assert.equal((await api("GET", "/tickets?limit=1")).items[0].number, before, "no ticket was opened");
});

test("the desk's colours and logo are on the customers' pages and stay readable", async () => {
  const admin = await desk.person();
  await desk.signIn(admin, "mara@lindgren.example");
  await admin.goto(`${desk.base}/admin/desk`);
  await admin.fill("[name=colour]", "yellow");
  await admin.click("main form button.button-primary");
  await admin.waitForSelector("#colour-error");
  await admin.fill("[name=colour]", "#ffd400");
  await admin.fill("[name=ground]", "#103a2c");
  await admin.setInputFiles("[name=logo]", [{ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") }]);
  await admin.click("main form button.button-primary");
  await admin.waitForSelector("#logo-error");
  await admin.setInputFiles("[name=logo]", [{ name: "logo.png", mimeType: "image/png", buffer: picture }]);
  await admin.click("main form button.button-primary");
  await admin.waitForSelector(".alert-done");
  await desk.look(admin, "desk-settings");
  for (const colorScheme of ["light", "dark"]) {
    const page = await desk.person({ ...phone, colorScheme });
    await page.goto(`${desk.base}/portal`);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("#send")).backgroundColor), "rgb(255, 212, 0)");
    assert.equal(await page.evaluate(() => document.querySelector(".logo img").complete), true);
    await desk.look(page, `customer-brand-${colorScheme}`);
  }
});

test("a page of the customers' side is at most 40 KB", async () => {
  for (const path of ["/portal", "/portal/sign-in"]) {
    const page = await desk.person(phone), answers = [];
    page.on("response", (answer) => answers.push(answer));
    await page.goto(desk.base + path, { waitUntil: "networkidle" });
    const sizes = await Promise.all(answers.filter((answer) => !answer.url().includes("/brand/logo")).map((answer) => answer.request().sizes()));
    const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize, 0);
    console.log(`# ${path}: ${(bytes / 1024).toFixed(1)} KB in ${answers.length} answers`);
    assert.ok(bytes > 2000 && bytes <= 40 * 1024, `${path}: ${bytes}`);
  }
});
