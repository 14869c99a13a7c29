// Short messages at the edge, with undo where the server offers it. The server renders its own into #toasts.
import { h, icon, t } from "./dom";

const SHOWN_MS = 10_000;

function arm(toast: HTMLElement): void {
  if (toast.dataset.armed) return;
  toast.dataset.armed = "1";
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => toast.remove(), SHOWN_MS); };
  const stop = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
  start();
}

// The notice was shown; a reload or a copied address need not tell it again.
if (new URLSearchParams(location.search).has("done")) {
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(history.state, "", address);
}

const armAll = () => document.querySelectorAll<HTMLElement>("#toasts > .toast").forEach(arm);
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
