// The service worker: pages come from the desk as always; where it cannot be reached, from what this device keeps. It sends
// what was written meanwhile, once and in order. See docs/behaviour/offline.md.
import { CHANNEL, about, forget, outbox, pages, session, type Letter, type Session, type Waiting } from "./kept";

// What a worker has beside what pages have.
interface Extendable extends Event { waitUntil(promise: Promise<unknown>): void }
interface Fetching extends Extendable {
  request: Request;
  preloadResponse: Promise<Response | undefined>;
  respondWith(response: Promise<Response> | Response): void;
}
interface Asked extends Extendable { data: { do?: string; words?: unknown } }
interface Syncing extends Extendable { tag: string }
interface Scope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  registration: ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  addEventListener(kind: "install" | "activate", hear: (event: Extendable) => void): void;
  addEventListener(kind: "fetch", hear: (event: Fetching) => void): void;
  addEventListener(kind: "message", hear: (event: Asked) => void): void;
  addEventListener(kind: "sync", hear: (event: Syncing) => void): void;
}
const scope = self as unknown as Scope;

/** Filled in by the build: the addresses of what pages load, and a name that changes with any of them. */
declare const FILES: string[];
declare const VERSION: string;
const CACHE = `firstline-${VERSION}`;

/** A page of which we have a copy is not waited for any longer. */
const PATIENCE_MS = 10_000;
/** Nor the answer to a form, which may have been done by then. */
const FORM_PATIENCE_MS = 30_000;
/** The desk remembers for a day what it has done; what is in doubt for longer is not sent again by itself. */
const DOUBT_MS = 20 * 3_600_000;
/** What changed on the desk shows in a page that did not change itself: names, promises. */
const STALE_MS = 6 * 3_600_000;

const channel = new BroadcastChannel(CHANNEL);
const tell = () => channel.postMessage("changed");
const sleep = (ms: number) => new Promise<"slow">((resolve) => setTimeout(() => resolve("slow"), ms));

scope.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("firstline-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    // The pages that we have name the files of the version before.
    if (old.length) await Promise.all([pages.names().then(pages.remove), about.remove("refreshed")]);
    await scope.registration.navigationPreload?.enable().catch(() => undefined);
    // Pages that are open hear of it, and ask for what is to be kept.
    await scope.clients.claim();
  })());
});

/** Whether a page of ours sent it. The form of another site is for the desk alone to refuse: kept here it would be sent
 * later as one of ours. */
const isOurs = (request: Request) => request.referrer.startsWith(`${location.origin}/`);

scope.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "GET" && url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode !== "navigate" || request.destination !== "document") return;
  // The customers' side is none of ours.
  else if (/^\/(p|portal)(\/|$)/.test(url.pathname)) request.method === "GET" && event.respondWith(ask(event));
  else if (request.method === "GET") event.respondWith(page(event, url));
  else if (!isOurs(request)) return;
  else if (url.pathname === "/sign-out") event.respondWith(leave(request));
  else if (/^\/t\/\d+\/messages$/.test(url.pathname)) event.respondWith(send(event, url));
  else event.respondWith(fetch(request).catch(() => elsewhere()));
});

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** What the browser has asked for while the worker woke up, or else what the worker asks for. */
async function ask(event: Fetching): Promise<Response> {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/** From the desk, and kept if it belongs to what is kept; from here where that fails. */
async function page(event: Fetching, url: URL): Promise<Response> {
  const name = pages.name(url);
  // What the browser has asked for already, it asked for with the session that was left.
  if (await about.get<number>("leaving")) return (await left()) ? fetch(event.request).catch(() => elsewhere()) : bare("left");
  const answer = ask(event).catch(() => "lost" as const);
  const copy = name && (await session()) ? await pages.get(name) : undefined;
  const first = await (copy ? Promise.race([answer, sleep(PATIENCE_MS)]) : answer);
  // A proxy whose desk does not answer.
  if (first === "lost" || first === "slow" || first.status === 502 || first.status === 504) {
    const kept = name && (await fromHere(name));
    if (kept) return kept;
    if (first === "lost") return elsewhere();
    return first === "slow" ? answer.then((late) => (late === "lost" ? elsewhere() : late)) : first;
  }
  if (name && copy && first.ok && pages.isWhole(url)) event.waitUntil(keep(name, first.clone(), copy.changed));
  return first;
}

/** Keeps an answer of the desk, if it is a page of the person whose pages are kept here. */
async function keep(name: string, response: Response, changed: number): Promise<boolean> {
  const owner = await session();
  if (!owner || !response.ok || response.redirected || !response.headers.get("content-type")?.startsWith("text/html")) return false;
  const html = await response.text();
  if (!html.slice(0, 2_000).includes(`data-actor="${owner.who}"`)) return false;
  await pages.put(owner, name, html, response.headers.get("content-security-policy") ?? "default-src 'none'", changed);
  return true;
}

async function fromHere(name: string): Promise<Response | undefined> {
  const owner = await session();
  const found = owner && (await pages.read(owner, name));
  if (!found) return undefined;
  // The page's script says since when it may no longer be true.
  return shown(found.html.replace("<html ", `<html data-as-of="${found.page.at}" `), found.page.policy);
}

function shown(html: string, policy: string): Response {
  return new Response(html, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "same-origin", "x-content-type-options": "nosniff" },
  });
}

/** A page that is not here: the one that tells what is, or a few words where nobody is signed in. */
async function elsewhere(): Promise<Response> {
  return (await fromHere("/offline")) ?? bare("away");
}

interface Words { lang: string; sheet: string; desk: string; away: string; awayHelp: string; left: string; leftHelp: string; again: string }
const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

async function bare(which: "away" | "left"): Promise<Response> {
  const words = await about.get<Words>("words");
  if (!words) return Response.error();
  const [title, help] = which === "left" ? [words.left, words.leftHelp] : [words.away, words.awayHelp];
  const html = `<!doctype html><html lang="${escape(words.lang)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escape(title)} · ${escape(words.desk)}</title><link rel="stylesheet" href="${escape(words.sheet)}"></head><body class="plain"><header class="plain-head"><span>${escape(words.desk)}</span></header><main class="plain-main" id="main"><div class="plain-box"><h1>${escape(title)}</h1><p>${escape(help)}</p><a class="button button-primary" href="/">${escape(words.again)}</a></div></main></body></html>`;
  return shown(html, "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

// ── signing out ─────────────────────────────────────────────────────

/** What is kept goes first, whether the desk hears of it or not. */
async function leave(request: Request): Promise<Response> {
  await forget();
  tell();
  try {
    return await fetch(request);
  } catch {
    await about.set("leaving", Date.now());
    return bare("left");
  }
}
/** The desk is told as soon as it can be reached; before that nobody gets in with the session that was left. */
async function left(): Promise<boolean> {
  try {
    const answer = await fetch("/sign-out", { method: "POST", redirect: "manual", headers: { Accept: "text/html" } });
    if (answer.type !== "opaqueredirect" && answer.status >= 500) return false;
  } catch {
    return false;
  }
  await about.remove("leaving");
  return true;
}

// ── what was written ────────────────────────────────────────────────

/** The composer's form. Where no answer comes it waits here: its key makes it count once, whether it arrived or not. */
async function send(event: Fetching, url: URL): Promise<Response> {
  const copy = event.request.clone();
  const answer = await Promise.race([fetch(event.request).catch(() => "lost" as const), sleep(FORM_PATIENCE_MS)]);
  if (answer !== "lost" && answer !== "slow" && ![502, 503, 504].includes(answer.status)) return answer;
  const owner = await session();
  const form = await copy.formData();
  // Whoever is not known here keeps their text by going back; so does a form that would count each time it is sent.
  if (!owner || !form.get("key")) return elsewhere();
  const ticket = Number(url.pathname.split("/")[2]);
  await outbox.add(owner, ticket, await subjectOf(owner, ticket), form, Date.now());
  tell();
  await scope.registration.sync?.register("outbox").catch(() => undefined);
  event.waitUntil(sleep(1_500).then(drain));
  return Response.redirect(`/t/${ticket}`, 303);
}

/** As the kept page has it in its title, `#7 Subject · Desk`. */
async function subjectOf(owner: Session, ticket: number): Promise<string> {
  const found = await pages.read(owner, `/t/${ticket}`);
  const title = /<h1 title="([^"]*)"/.exec(found?.html ?? "")?.[1] ?? "";
  return title.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot));/gi, (_, ten, hex, name: string) =>
    ten ? String.fromCodePoint(Number(ten)) : hex ? String.fromCodePoint(parseInt(String(hex), 16)) : ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name] ?? "");
}

/** Sends what waits, one after the other. Behind one that stopped, those of its ticket wait. */
async function drain(): Promise<void> {
  await navigator.locks.request("firstline-outbox", async () => {
    const owner = await session();
    if (!owner) return;
    const held = new Set<number>();
    for (const { row, letter } of await outbox.of(owner)) {
      if (row.state === "stopped") held.add(letter.ticket);
      if (row.state !== "waiting" || held.has(letter.ticket)) continue;
      const outcome = await one(owner, row, letter);
      if (outcome === "later") return;
      if (outcome === "stopped") held.add(letter.ticket);
      tell();
    }
  });
}

async function one(owner: Session, row: Waiting, letter: Letter): Promise<"sent" | "stopped" | "later"> {
  const stop = async (why: string, title: string) => {
    await outbox.change(row.id, { state: "stopped", ended: Date.now(), why, title });
    return "stopped" as const;
  };
  if (row.tried && Date.now() - row.tried > DOUBT_MS) return stop("unsure", "");
  // Somebody may have taken it out a moment ago.
  if (!(await outbox.all()).some((now) => now.id === row.id && now.state === "waiting")) return "stopped";
  if (!row.tried) await outbox.change(row.id, { tried: Date.now() });
  let response: Response;
  try {
    const body = await outbox.form(owner, row, letter, [["waited", "1"]]);
    response = await fetch(`/t/${letter.ticket}/messages`, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(60_000) });
  } catch {
    return "later";
  }
  const said = (await response.json().catch(() => null)) as { message?: string; scheduled?: string; code?: string; title?: string; detail?: string } | null;
  if (response.ok && (said?.message || said?.scheduled)) {
    await outbox.sent(owner, row, letter);
    return "sent";
  }
  // Not the desk, not now, not signed in, or somebody else is.
  const isRefused = !!said?.code && response.status >= 400 && response.status < 500;
  if (!isRefused || [401, 408, 425, 429].includes(response.status) || said.code === "other_person") return "later";
  return stop(said.code ?? "", said.title ?? "");
}

// ── keeping ─────────────────────────────────────────────────────────

interface ToKeep { who: string; key: string; lists: { view: string; name: string; at: number }[]; tickets: { number: number; view: string; at: number }[] }

/** Asks the desk what is to be kept, fetches what changed, and takes away what no longer belongs to it. */
async function refresh(): Promise<void> {
  await navigator.locks.request("firstline-refresh", { ifAvailable: true }, async (lock) => {
    if (!lock || (await about.get<number>("leaving"))) return;
    const response = await fetch("/offline/kept", { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    if (!response) return;
    if (response.status === 401 || response.status === 403) return forget().then(tell);
    const found = response.ok ? ((await response.json().catch(() => null)) as ToKeep | null) : null;
    if (!found?.who) return;
    const known = await session();
    // Whoever was here before leaves nothing to read.
    if (known && known.who !== found.who) await forget();
    const key = known?.who === found.who ? known.key : await crypto.subtle.importKey("raw", Uint8Array.from(atob(found.key), (sign) => sign.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);
    await about.set("session", { who: found.who, key, at: Date.now(), lists: found.lists.map(({ view, name }) => ({ view, name })) } satisfies Session);
    const isOff = await about.get<boolean>("off");
    const wanted = new Map<string, { url: string; changed: number }>([["/offline", { url: "/offline", changed: 1 }]]);
    if (!isOff) {
      for (const { view, at } of found.lists) wanted.set(`/tickets?view=${view}`, { url: `/tickets?view=${view}`, changed: at });
      for (const { number, view, at } of found.tickets) wanted.set(`/t/${number}`, { url: `/t/${number}?view=${view}`, changed: at });
    }
    await pages.remove((await pages.names()).filter((name) => !wanted.has(name)));
    for (const [name, { url, changed }] of wanted) {
      const have = await pages.get(name);
      if (have?.changed === changed && Date.now() - have.at < STALE_MS) continue;
      const fresh = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
      if (!fresh) break;
      if (!(await keep(name, fresh, changed)) && fresh.status === 404) await pages.remove([name]);
    }
    await about.set("refreshed", Date.now());
    tell();
  });
}

scope.addEventListener("message", (event) => {
  const { do: what, words } = event.data;
  if (what === "refresh") event.waitUntil((words ? about.set("words", words) : Promise.resolve()).then(refresh).then(drain));
  if (what === "drain") event.waitUntil(drain());
});
scope.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(drain());
});
