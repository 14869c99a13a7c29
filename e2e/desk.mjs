// A real desk for a journey: the program with the demo company, a mail relay that keeps what it gets, a browser.
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import net from "node:net";
import { PassThrough } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const root = new URL("..", import.meta.url).pathname;
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
export const program = process.env.FIRSTLINE ?? join(target, "debug", "firstline");
export const password = "welcome to the demo desk";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = join(root, "artefacts");
mkdirSync(pictures, { recursive: true });

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A relay: takes every mail and keeps it. */
function relay(port) {
  const mails = [];
  const server = net.createServer((socket) => {
    let data = null, buffer = "";
    socket.write("220 relay\r\n");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      buffer += chunk.toString("utf8");
      for (let at; (at = buffer.indexOf("\r\n")) >= 0; ) {
        const line = buffer.slice(0, at);
        buffer = buffer.slice(at + 2);
        if (data !== null) {
          if (line === ".") { mails.push(data.join("\n")); data = null; socket.write("250 kept\r\n"); }
          else data.push(line.startsWith("..") ? line.slice(1) : line);
        } else if (/^DATA/i.test(line)) { data = []; socket.write("354 go on\r\n"); }
        else if (/^QUIT/i.test(line)) { socket.end("221 bye\r\n"); }
        else socket.write("250 fine\r\n");
      }
    });
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve({ server, mails })));
}

/**
 * What lies between a browser and the desk, where lines break. `down`: nobody gets through. `cut(request)`: the desk does
 * what the request asks for, and nobody hears of it. `change(request)`: a stream that changes the answer. `seen`: the requests that reached the desk.
 */
export async function line(to) {
  const { port } = new URL(to), state = { down: false, cut: () => false, change: () => new PassThrough(), seen: [] }, sockets = new Set();
  const server = http.createServer((request, response) => {
    const body = [];
    request.on("data", (piece) => body.push(piece));
    request.on("end", () => {
      if (state.down) return request.socket.destroy();
      state.seen.push(`${request.method} ${request.url}`);
      const onward = http.request({ host: "127.0.0.1", port, path: request.url, method: request.method, headers: { ...request.headers, "accept-encoding": "identity" } }, (answer) => {
        if (!state.cut(request)) {
          response.writeHead(answer.statusCode, answer.rawHeaders);
          return answer.pipe(state.change(request)).pipe(response);
        }
        answer.resume();
        answer.on("end", () => request.socket.destroy());
      });
      onward.on("error", () => request.socket.destroy());
      response.on("close", () => onward.destroy());
      onward.end(Buffer.concat(body));
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (state.down) socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    base: `http://127.0.0.1:${server.address().port}`,
    breakDown: () => { state.down = true; for (const socket of sockets) socket.destroy(); },
    close: () => { for (const socket of sockets) socket.destroy(); server.close(); },
  });
}

/** Sends a mail as a customer's mail program would. */
export async function sendMail(port, from, to, lines) {
  const socket = net.connect(port, "127.0.0.1");
  let reply = "";
  socket.on("data", (chunk) => (reply += chunk));
  const expect = async (code) => {
    for (let waited = 0; !new RegExp(`^${code} .*\r\n`, "m").test(reply); waited += 10) {
      if (waited > 10_000) throw new Error(`expected ${code}, got ${reply}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    reply = "";
  };
  await expect(220);
  for (const [command, code] of [["HELO e2e", 250], [`MAIL FROM:<${from}>`, 250], [`RCPT TO:<${to}>`, 250], ["DATA", 354]]) {
    socket.write(`${command}\r\n`);
    await expect(code);
  }
  socket.write(`${lines.join("\r\n")}\r\n.\r\n`);
  await expect(250);
  socket.end("QUIT\r\n");
}

export async function until(what, look, most = 20_000) {
  for (let waited = 0; waited < most; waited += 100) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A browser in front of the program at `base`, and what it finds wrong. `host`: a name that leads to this machine. */
export async function browse(base, host) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ...(host ? [`--host-resolver-rules=MAP ${host} 127.0.0.1`] : [])],
  });
  const findings = [], opened = new Map();
  /** What a browser may complain about in this journey: that there is no connection, where the journey cuts it. */
  const allowed = [];
  /** A person's browser. */
  const person = async (options = {}) => {
    const whole = { viewport: { width: 1440, height: 900 }, locale: "en-GB", reducedMotion: "reduce", ...options };
    const context = await browser.newContext(whole);
    opened.set(context, whole);
    const page = await context.newPage();
    page.on("pageerror", (error) => findings.push(`${page.url()}: ${error.message}`));
    page.on("console", (line) => line.type() === "error" && !/frame is sandboxed|status of 4\d\d/.test(line.text()) && !allowed.some((known) => known.test(line.text())) && findings.push(`${page.url()}: ${line.text()}`));
    page.on("request", (request) => /^https?:/.test(request.url()) && !request.url().startsWith(base) && findings.push(`foreign host: ${request.url()}`));
    return page;
  };
  /** The same words in a browser that runs scripts: axe is one. */
  const withScripts = async (page, use) => {
    const options = opened.get(page.context());
    if (options.javaScriptEnabled !== false) return use(page);
    const context = await browser.newContext({ ...options, javaScriptEnabled: true });
    try {
      const twin = await context.newPage(), body = await page.content(), address = page.url();
      await twin.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
      await twin.goto(address);
      return await use(twin);
    } finally {
      await context.close();
    }
  };
  /** A picture, and what axe says of the page. */
  const look = async (page, name) => {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: opened.get(page.context()).javaScriptEnabled === false });
    if (!(await page.getAttribute("html", "lang"))) findings.push(`${name}: no language`);
    await withScripts(page, async (page) => {
      await page.evaluate(axe);
      const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
      for (const violation of result.violations)
        findings.push(`${name}: axe ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target).join(" | ")}`);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) findings.push(`${name}: ${wider} px wider than the window`);
    });
  };
  return { browser, person, look, findings, allowed };
}

/** `host`: a name under which browsers reach the desk, without TLS, instead of the loopback address. `through`: they reach it through a `line` that can be cut. */
export async function open({ host, through } = {}) {
  const data = mkdtempSync(join(tmpdir(), "firstline-e2e-"));
  execFileSync(program, ["demo", "--data", data, "--tickets", "120"], { stdio: ["ignore", "ignore", "inherit"] });
  const [web, smtp, out] = [await freePort(), await freePort(), await freePort()];
  const outgoing = await relay(out);
  const token = execFileSync(program, ["token", "create", "--data", data, "--user", "mara@lindgren.example", "--scopes", "all"], { encoding: "utf8" }).trim();
  const server = spawn(program, ["serve", "--data", data, "--listen", `127.0.0.1:${web}`, "--smtp-listen", `127.0.0.1:${smtp}`,
    "--allow-outbound", "127.0.0.0/8", "--dns", "off", ...(host ? ["--public-url", `http://${host}:${web}`] : [])], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (line) => String(line).includes("listening on") && resolve());
    server.on("exit", (code) => reject(new Error(`the program ended with ${code}`)));
  });
  // The demo's inbox sends to a port of its own choice; here it is one that is free.
  const api = (path, init) => fetch(`http://127.0.0.1:${web}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } });
  for (const inbox of (await (await api("/inboxes")).json()).items) {
    const changed = await api(`/inboxes/${inbox.id}`, { method: "PATCH", body: JSON.stringify({ send: { host: "127.0.0.1", port: out, tls: "none" } }) });
    if (!changed.ok) throw new Error(`the inbox cannot be changed: ${await changed.text()}`);
  }
  const direct = `http://${host ?? "127.0.0.1"}:${web}`;
  const between = through ? await line(direct) : undefined, base = between?.base ?? direct;
  const { browser, person, look, findings, allowed } = await browse(base, host);
  const signIn = async (page, email) => {
    await page.goto(`${base}/sign-in`);
    await page.fill("[name=email]", email);
    await page.fill("[name=password]", password);
    await page.click("main button[type=submit], main button.button-primary");
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  };
  const close = async () => {
    await browser.close();
    between?.close();
    const ended = new Promise((resolve) => server.on("exit", resolve));
    server.kill("SIGTERM");
    const code = await ended;
    outgoing.server.close();
    rmSync(data, { recursive: true, force: true });
    return code;
  };
  /** What the API answers; a refusal ends the journey. */
  const asks = async (path, init) => {
    const answer = await api(path, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  };
  const ticketOf = (subject) => until(`the ticket "${subject}"`, async () =>
    (await asks(`/tickets?filter=${encodeURIComponent(`"${subject}"`)}`)).items[0]?.number);
  /** A picture of the page on a phone in the dark, after `use`; then it is wide and light again. */
  const onPhone = async (page, name, use) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await use?.();
    await look(page, name);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1440, height: 900 });
  };
  return { base, smtp, data, token, line: between, api, asks, ticketOf, onPhone, mails: outgoing.mails, person, signIn, look, findings, allowed, close };
}
