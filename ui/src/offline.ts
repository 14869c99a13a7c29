// The page's side of working without a connection: starts the worker, says when a page may no longer be true, switches off
// what needs the desk, shows what waits on this device, and keeps what is being written.
import { CHANNEL, about, forget, open, outbox, seal, session, type Letter, type Sealed, type Session, type Waiting } from "./kept";
import { h, icon, t, worker } from "./dom";
import { visit } from "./swap";
import { toast } from "./toast";

const root = document.documentElement;
/** Whose page it is; empty before somebody signs in. */
export const actor = root.dataset.actor ?? "";
/** When this page was true, where it comes from this device. */
const asOf = Number(root.dataset.asOf ?? 0);
const loadedAt = Date.now();
/** Service workers and sealing need a connection that nobody else can change: TLS, or this machine. */
export const isSupported = isSecureContext && "serviceWorker" in navigator && "indexedDB" in window && "locks" in navigator;

const REFRESH_MS = 2 * 60_000;
const PROBE_MS = 5_000;
/** What waits is tried again after so long, then after twice as long, a minute at most. */
const RETRY_MS = 4_000;

let isReachable = !asOf && navigator.onLine;
let waiting: { row: Waiting; letter: Letter }[] = [];

export async function tellWorker(what: "refresh" | "drain"): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  const sheet = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]')?.getAttribute("href") ?? "";
  const words = { lang: root.lang, sheet, desk: document.title.split(" · ").at(-1) ?? "", away: t("offline-away"), awayHelp: t("offline-away-help"), left: t("offline-left"), leftHelp: t("offline-left-help"), again: t("offline-again") };
  // While one worker takes over from another, the registration may still name the old one.
  (navigator.serviceWorker.controller ?? registration.active)?.postMessage({ do: what, words });
}

/** `10:42`, or with the day where it is another one. */
export function clock(at: number): string {
  const day: Intl.DateTimeFormatOptions = new Date(at).toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(root.lang, { hour: "numeric", minute: "2-digit", hourCycle: "h23", ...day }).format(at);
}

// ── the bar ─────────────────────────────────────────────────────────

function show(): void {
  const stopped = waiting.filter(({ row }) => row.state === "stopped").length;
  const unsent = waiting.filter(({ row }) => row.state === "waiting").length;
  let bar = document.querySelector<HTMLElement>("body > .offline-bar");
  const isOld = isReachable && asOf > 0;
  if (isReachable && !isOld && !stopped) return void bar?.remove();
  if (!bar) {
    bar = h("div", { class: "offline-bar", role: "status" });
    document.querySelector(".skip")?.after(bar);
  }
  bar.classList.toggle("is-back", isReachable);
  const text = !isReachable ? t("offline-as-of", { time: clock(asOf || loadedAt) }) : [isOld && t("offline-back"), stopped && t("offline-not-sent", { n: stopped })].filter(Boolean).join(" ");
  const said = h("span", {}, text);
  const link = location.pathname === "/offline" ? null : h("a", { href: "/offline" }, unsent + stopped ? t("offline-device-n", { n: unsent + stopped }) : t("offline-device"));
  let again: HTMLElement | null = null;
  if (isOld) {
    again = h("button", { type: "button", class: "button button-small" }, icon("refresh-cw"), t("offline-show"));
    again.addEventListener("click", () => location.reload());
  }
  // A screen reader says it again only when it is another sentence.
  if (bar.dataset.said === text + String(unsent + stopped)) return;
  bar.dataset.said = text + String(unsent + stopped);
  bar.replaceChildren(icon(isReachable ? (isOld ? "circle-check" : "circle-alert") : "cloud-off"), said, ...(again ? [again] : []), ...(link ? [link] : []));
}

// ── what needs the desk ─────────────────────────────────────────────

/** Forms that work without it: what is written waits, and signing out takes effect here at once. */
const ALLOWED = '.composer, [action="/sign-out"], [method="dialog"]';
const needsDesk = (form: HTMLFormElement): boolean => form.method === "post" && !form.matches(ALLOWED);

function reach(): void {
  const isOff = !isReachable || asOf > 0;
  root.toggleAttribute("data-offline", isOff);
  const controls = document.querySelectorAll<HTMLElement>("form button, form select, form input[type=checkbox].switch, form .file");
  for (const control of controls) {
    const form = (control as HTMLButtonElement).form;
    if (!form || (!needsDesk(form) && !control.matches("[data-send-later]"))) continue;
    if (isOff === control.hasAttribute("data-needs-desk")) continue;
    control.toggleAttribute("data-needs-desk", isOff);
    if (isOff) {
      control.setAttribute("aria-disabled", "true");
      control.setAttribute("aria-description", t("offline-needs"));
      control.dataset.titled = control.title;
      control.title = t("offline-needs");
    } else {
      control.removeAttribute("aria-disabled");
      control.removeAttribute("aria-description");
      control.title = control.dataset.titled ?? "";
      if (!control.title) control.removeAttribute("title");
    }
    // A list that sends its form when it changes must not change.
    if (control instanceof HTMLSelectElement) control.disabled = isOff;
  }
}
function refuse(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(t("offline-needs"));
}
addEventListener("submit", (event) => {
  if (root.hasAttribute("data-offline") && needsDesk(event.target as HTMLFormElement)) refuse(event);
}, true);
addEventListener("click", (event) => {
  if ((event.target as Element).closest?.("[data-needs-desk]")) refuse(event);
}, true);

// ── the connection ──────────────────────────────────────────────────

let probing = 0;
async function probe(): Promise<void> {
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) }).catch(() => null);
  turn(!!answer?.ok);
}
function turn(on: boolean): void {
  const was = isReachable;
  isReachable = on;
  clearInterval(probing);
  if (!on) probing = window.setInterval(() => void probe(), PROBE_MS);
  else if (!was) void tellWorker("refresh");
  show();
  reach();
}

// ── what waits, below the conversation ──────────────────────────────

/** Why it stopped: our words for what concerns the connection, else the desk's. */
export function reason(row: Waiting): string {
  if (row.why === "newer_message") return t("offline-why-newer");
  if (row.why === "unconfirmed") return t("offline-why-doubts");
  if (row.why === "unsure") return t("offline-why-unsure");
  return row.title ?? "";
}

export function buttons(row: Waiting, letter: Letter): HTMLElement[] {
  const take = h("button", { type: "button", class: "button button-small" }, icon("trash-2"), t("offline-delete"));
  take.addEventListener("click", () => void outbox.remove(row.id).then(changed));
  if (row.state !== "stopped") return [take];
  const again = h("button", { type: "button", class: "button button-small" }, icon("pencil"), t("offline-open"));
  again.addEventListener("click", () => void bring(row, letter));
  return [again, take];
}

/** What stopped becomes the draft of its ticket, where the desk looks at it again before it is sent. */
async function bring(row: Waiting, letter: Letter): Promise<void> {
  const owner = await session();
  if (!owner) return;
  const body = await outbox.form(owner, row, letter);
  const answer = await fetch(`/t/${letter.ticket}/draft`, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) {
    const problem = (await answer?.json().catch(() => null)) as { title?: string } | null;
    return toast(problem?.title ?? t("offline-needs"));
  }
  const seen = letter.fields.find(([name]) => name === "seen")?.[1] ?? "";
  try {
    sessionStorage.setItem("firstline:brought", JSON.stringify({ ticket: letter.ticket, seen: Number(seen), why: row.why }));
  } catch {
    // Then the ticket opens without saying what is new.
  }
  await outbox.remove(row.id);
  channel?.postMessage("changed");
  location.assign(`/t/${letter.ticket}`);
  if (location.pathname === `/t/${letter.ticket}`) location.reload();
}

/** On the ticket that was opened for it: why it was not sent, and what is new since it was written. */
function brought(): void {
  let kept: { ticket: number; seen: number; why?: string };
  try {
    kept = JSON.parse(sessionStorage.getItem("firstline:brought") ?? "") as typeof kept;
    if (kept.ticket !== here()) return;
    sessionStorage.removeItem("firstline:brought");
  } catch {
    return;
  }
  const form = document.querySelector<HTMLFormElement>(".composer");
  if (!form) return;
  const news = [...document.querySelectorAll<HTMLElement>(".thread > .message[id^=m]")].filter((message) => Number(message.id.slice(1)) > kept.seen);
  const list = kept.why === "newer_message" && news.length ? h("ul", {}, ...news.map((message) => h("li", {}, h("a", { href: `#${message.id}` }, message.getAttribute("aria-label") ?? "")))) : null;
  const notice = h("div", { class: "alert alert-act", role: "alert", tabindex: "-1" }, icon("triangle-alert"), h("h2", {}, reason({ why: kept.why, title: t("offline-stopped") } as Waiting) || t("offline-stopped")), list);
  form.prepend(notice);
  notice.focus();
}

const here = (): number => Number(document.querySelector<HTMLElement>(".conversation[data-ticket]")?.dataset.ticket ?? 0);

function cards(): void {
  const thread = document.querySelector<HTMLElement>(".conversation .thread");
  for (const old of document.querySelectorAll(".message-kept")) old.remove();
  const ticket = here();
  if (!thread || !ticket || !document.querySelector("fl-composer")) return;
  const isAtEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 48;
  const mine = document.querySelector<HTMLElement>("#me .menu-title")?.firstChild?.textContent?.trim() ?? "";
  for (const { row, letter } of waiting) {
    if (letter.ticket !== ticket || row.state === "sent") continue;
    const isStopped = row.state === "stopped";
    const text = letter.fields.find(([name]) => name === "text")?.[1] ?? letter.excerpt;
    const words = t(isStopped ? "offline-stopped" : "offline-waits");
    const card = h("article", { class: `message message-waiting message-kept${isStopped ? " is-held" : ""}`, "aria-label": words },
      icon(isStopped ? "circle-alert" : "clock"),
      h("div", { class: "message-card" },
        h("header", { class: "message-head" }, h("span", { class: "from" }, mine), h("span", { class: "kind" }, letter.kind === "note" && icon("lock"), words), h("time", { datetime: new Date(row.made).toISOString() }, clock(row.made))),
        h("div", { class: "message-body prose pre" }, text),
        letter.files.length > 0 && h("p", { class: "message-files" }, icon("paperclip"), letter.files.map((file) => file.name).join(", ")),
        h("footer", { class: `message-foot${isStopped ? " is-lost" : ""}` }, h("span", { class: `state ${isStopped ? "is-late" : "is-wait"}` }, icon(isStopped ? "circle-alert" : "clock"), isStopped ? reason(row) : t("offline-waits-help")), h("span", { class: "spring" }), ...buttons(row, letter))));
    thread.append(card);
  }
  // Whoever reads the end goes on reading the end.
  if (isAtEnd) thread.scrollTop = thread.scrollHeight;
}

// ── drafts ──────────────────────────────────────────────────────────

interface Draft { text?: string; html?: string | null; kind?: string }

/** People who share a device have their own, each. */
const draftOf = (owner: Session, ticket: number) => `draft/${owner.who}/${ticket}`;

/** Keeps what is being written here; false where nobody is known to this device. */
export async function keepDraft(ticket: number, draft: string): Promise<boolean> {
  const owner = isSupported ? await session().catch(() => undefined) : undefined;
  if (!owner) return false;
  await about.set(draftOf(owner, ticket), await seal(owner.key, draft));
  return true;
}
export async function forgetDraft(ticket: number): Promise<void> {
  const owner = isSupported && ticket ? await session().catch(() => undefined) : undefined;
  if (owner) await about.remove(draftOf(owner, ticket)).catch(() => undefined);
}
export async function recallDraft(ticket: number): Promise<Draft | undefined> {
  if (!isSupported) return undefined;
  try {
    const owner = await session(), kept = owner && (await about.get<Sealed>(draftOf(owner, ticket)));
    if (!kept) return undefined;
    return JSON.parse(new TextDecoder().decode(await open(owner.key, kept))) as Draft;
  } catch {
    return undefined;
  }
}

// ── start ───────────────────────────────────────────────────────────

let channel: BroadcastChannel | undefined;
const listeners: (() => void)[] = [];
/** Hears when what is kept or waits has changed. */
export function whenChanged(hear: () => void): void {
  listeners.push(hear);
}

let sentHere = "";
async function changed(): Promise<void> {
  const owner = await session();
  waiting = owner && owner.who === actor ? await outbox.of(owner) : [];
  show();
  cards();
  for (const hear of listeners) hear();
  // What went out from here stands in the conversation now.
  const sent = waiting.filter(({ row, letter }) => row.state === "sent" && letter.ticket === here()).map(({ row }) => row.id).join();
  if (sent !== sentHere && isReachable && !asOf && sentHere !== "?") void visit(location.href, ".thread .ticket-head #context", true).then(cards);
  sentHere = sent;
}

async function start(): Promise<void> {
  channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", () => void changed());
  await navigator.serviceWorker.register(worker(), { updateViaCache: "none" }).catch(() => undefined);
  // Whoever was here before leaves nothing to read.
  const known = await session();
  if (known && known.who !== actor) await forget();
  sentHere = "?";
  await changed();
  brought();
  navigator.serviceWorker.addEventListener("controllerchange", () => void tellWorker("refresh"));
  addEventListener("online", () => void probe());
  addEventListener("offline", () => turn(false));
  document.addEventListener("firstline:swapped", () => {
    reach();
    cards();
  });
  turn(isReachable);
  if (asOf) void probe();
  const last = (await about.get<number>("refreshed")) ?? 0;
  if (isReachable) void tellWorker(known?.who === actor && Date.now() - last < REFRESH_MS ? "drain" : "refresh");
  const retry = (after: number) => setTimeout(() => {
    const has = waiting.some(({ row }) => row.state === "waiting");
    if (has && isReachable && !document.hidden) void tellWorker("drain");
    retry(has ? Math.min(2 * after, 60_000) : RETRY_MS);
  }, after);
  retry(RETRY_MS);
  setInterval(() => {
    if (isReachable && !document.hidden) void tellWorker("refresh");
  }, REFRESH_MS);
}

if (isSupported && actor.startsWith("user/")) {
  const begin = () => void start().catch(() => undefined);
  // A page from this device says so at once; otherwise the page itself comes first.
  if (asOf || !navigator.onLine) begin();
  else if (document.readyState === "complete") setTimeout(begin, 400);
  else addEventListener("load", () => setTimeout(begin, 400), { once: true });
  // A browser whose worker is not in charge yet.
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.getAttribute("action") !== "/sign-out" || navigator.serviceWorker.controller) return;
    event.preventDefault();
    void forget().finally(() => form.submit());
  });
} else if (isSupported && !actor && location.pathname === "/sign-in") {
  // Nobody is signed in, so nobody reads what was kept. What waits stays, sealed.
  void indexedDB.databases?.().then((all) => (all.some((one) => one.name === "firstline") ? forget() : undefined)).catch(() => undefined);
}
