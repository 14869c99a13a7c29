// Short messages at the edge, with undo where the server offers it. The server renders its own into #toasts.
// `data-until` (milliseconds since 1970) counts down what can be taken back; it follows from page to page of this window.
import { h, icon, t } from "./dom";
import { visit } from "./swap";

const SHOWN_MS = 10_000;

interface Kept { until: number; text: string; action: string; undo: string; ticket: string }
const KEPT = "firstline:sending";

function kept(): Kept[] {
  try {
    const all = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as Kept[];
    return all.filter((one) => one.until > Date.now() && one.action.startsWith("/") && !one.action.startsWith("//"));
  } catch {
    return [];
  }
}
function keep(all: Kept[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(all));
  } catch {
    // Without it the notice stays on the ticket's own page.
  }
}

/** The clock of the server may differ from ours: what counts is how long is left. */
function countdown(toast: HTMLElement, until: number): void {
  const form = toast.querySelector("form");
  const place = toast.querySelector(".countdown");
  const ticket = toast.dataset.ticket ?? "";
  if (form && !kept().some((one) => one.action === form.getAttribute("action")))
    keep([...kept(), { until, text: toast.querySelector("span")?.firstChild?.textContent?.trim() ?? "", action: form.getAttribute("action") ?? "", undo: form.textContent?.trim() ?? "", ticket }]);
  const tick = () => {
    if (!toast.isConnected) return;
    const left = Math.ceil((until - Date.now()) / 1000);
    if (place) place.textContent = left > 0 ? `${left} s` : "";
    if (left > 0) return void setTimeout(tick, 250);
    toast.remove();
    // A moment for the program to send it; then the conversation shows it.
    if (document.querySelector(`.conversation[data-ticket="${CSS.escape(ticket)}"] .thread`))
      setTimeout(() => void visit(location.href, ".thread .ticket-head #context #toasts", true), 700);
  };
  tick();
}

/** Notices of other pages of this window that still count. */
function bring(): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  for (const one of kept()) {
    if ([...place.querySelectorAll("form")].some((form) => form.getAttribute("action")?.split("?")[0] === one.action.split("?")[0])) continue;
    const button = h("button", { class: "button button-small" }, one.undo);
    const form = h("form", { method: "post", action: one.action }, button);
    place.append(h("div", { class: "toast", "data-until": String(one.until), "data-ticket": one.ticket }, h("span", {}, `${one.text} `, h("a", { href: `/t/${one.ticket}` }, `#${one.ticket}`), " ", h("span", { class: "countdown", "aria-hidden": "true" })), form));
  }
}

function arm(toast: HTMLElement): void {
  if (toast.dataset.armed) return;
  toast.dataset.armed = "1";
  if (toast.dataset.until) return countdown(toast, Number(toast.dataset.until));
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => toast.remove(), SHOWN_MS); };
  const stop = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
  start();
}

// The notice was shown; a reload or a copied address need not tell it again.
const told = ["done", "bulk"];
if (told.some((name) => new URLSearchParams(location.search).has(name))) {
  const address = new URL(location.href);
  for (const name of told) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
}

const armAll = () => {
  // The ticket's own page knows better what is still on its way.
  const here = document.querySelector<HTMLElement>(".conversation[data-ticket] .thread")?.closest<HTMLElement>("[data-ticket]")?.dataset.ticket;
  if (here) keep(kept().filter((one) => one.ticket !== here));
  bring();
  document.querySelectorAll<HTMLElement>("#toasts > .toast").forEach(arm);
};
armAll();
document.addEventListener("firstline:swapped", armAll);

/** Shows `text`. */
export function toast(text: string): void {
  const dismiss = h("button", { type: "button", class: "button button-small button-icon", "data-dismiss": true, "aria-label": t("close") }, icon("x"));
  const one = h("div", { class: "toast" }, h("span", {}, text), dismiss);
  document.getElementById("toasts")?.append(one);
  arm(one);
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("[data-dismiss]");
  if (button) (button.closest(".toast, .alert, .banner") ?? button).remove();
});
