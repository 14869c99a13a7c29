// Small helps, each an attribute: data-open, data-close, data-autosubmit, data-reveal, data-copy, data-theme-toggle.
import { h, t } from "./dom";
import { toast } from "./toast";

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const open = target.closest<HTMLElement>("[data-open]");
  if (open) (document.getElementById(open.dataset.open ?? "") as HTMLDialogElement | null)?.showModal();
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  // A click on the backdrop is a click on the dialog itself.
  if (target instanceof HTMLDialogElement && target.open) target.close();

  const reveal = target.closest<HTMLButtonElement>("[data-reveal]");
  if (reveal) {
    const input = document.getElementById(reveal.dataset.reveal ?? "") as HTMLInputElement | null;
    if (input) {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(hidden));
      reveal.setAttribute("aria-label", t(hidden ? "hide" : "show"));
    }
  }
  const copy = target.closest<HTMLElement>("[data-copy], [data-copy-from]");
  if (copy) {
    const from = copy.dataset.copyFrom ? document.querySelector(copy.dataset.copyFrom)?.textContent : copy.dataset.copy;
    void copyText(from ?? "");
  }
  if (target.closest("[data-theme-toggle]")) toggleTheme();
  // A menu closes once something in it was chosen.
  const menu = target.closest<HTMLElement>(".menu[popover]");
  if (menu && target.closest("button, a")) menu.hidePopover();
});

/** Puts `text` on the clipboard and says so. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text.trim());
  toast(t("copied"));
}

function toggleTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  // The frame that the device draws around the page follows.
  const ground = getComputedStyle(document.querySelector(".pane") ?? document.body).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = ground;
  const form = document.querySelector("[data-theme-toggle]")?.closest("form");
  if (form) void fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: root.dataset.theme }) }).catch(() => undefined);
}

document.addEventListener("change", (event) => {
  const control = event.target as HTMLElement;
  if (control.matches("[data-autosubmit]")) control.closest("form")?.requestSubmit();
});

// A page that comes back with mistakes starts at their summary.
const focusErrors = () => document.querySelector<HTMLElement>("[data-error-summary]")?.focus();
focusErrors();
document.addEventListener("firstline:swapped", focusErrors);

// A table whose rows stand for themselves in a narrow window: each cell takes the words of its column along, unless it says
// by itself what it is.
const SAYS = "button, form, .state, .badge, .person";
const label = () => {
  for (const table of document.querySelectorAll<HTMLTableElement>(".table:not(.matrix, .table-wide)")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent?.trim() ?? "");
    for (const body of table.tBodies)
      for (const row of body.rows)
        for (const cell of row.cells) {
          const words = heads[cell.cellIndex];
          if (cell.tagName === "TH" || !words || cell.dataset.label || cell.colSpan > 1 || cell.querySelector(SAYS)) continue;
          if (cell.textContent?.trim() || cell.querySelector("input, select, textarea, meter")) cell.dataset.label = words;
        }
  }
};
label();
document.addEventListener("firstline:swapped", label);

// Arrow keys inside a menu.
document.addEventListener("keydown", (event) => {
  const menu = (event.target as Element).closest<HTMLElement>(".menu[popover]");
  if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const items = [...menu.querySelectorAll<HTMLElement>("button, a, input")].filter((item) => item.offsetParent);
  const next = items.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
  items.at(next % items.length)?.focus();
  event.preventDefault();
});
document.addEventListener("toggle", (event) => {
  const menu = event.target as HTMLElement;
  if (menu.matches?.(".menu[popover]") && (event as ToggleEvent).newState === "open") menu.querySelector<HTMLElement>("button, a, input")?.focus();
}, true);

// A conversation opens at the first unread message, else at the last.
const toLast = () => {
  const wanted = /^#m(\d+)$/.exec(location.hash)?.[1];
  if (wanted && document.querySelector(".thread .message") && !document.getElementById(`m${wanted}`)) {
    // A message of a long conversation that this page does not show.
    const address = new URL(location.href);
    if (address.searchParams.get("at") === wanted) return;
    for (const word of ["before", "after", "done"]) address.searchParams.delete(word);
    address.searchParams.set("at", wanted);
    location.replace(address);
    return;
  }
  const thread = document.querySelector<HTMLElement>(".thread");
  if (!thread || location.hash) return;
  const unread = thread.querySelector<HTMLElement>("[data-first-unread]");
  thread.scrollTop = unread ? unread.offsetTop - thread.offsetTop - 16 : thread.scrollHeight;
};
toLast();
document.addEventListener("firstline:swapped", (event) => {
  const parts = (event as CustomEvent<string[]>).detail;
  if (!parts.includes("#main") && !parts.includes(".thread")) return;
  toLast();
  // Whoever has asked for the news has them before their eyes: what they write answers them too.
  const seen = document.querySelector<HTMLInputElement>('.composer input[name="seen"]');
  const last = document.querySelector<HTMLElement>(".thread")?.dataset.last;
  if (seen && last) seen.value = last;
});

/** A sandboxed message body that can be enlarged; its content can neither run nor be measured. */
class FlFrame extends HTMLElement {
  connectedCallback(): void {
    const frame = this.querySelector("iframe");
    if (!frame || this.querySelector("button")) return;
    const button = h("button", { type: "button", class: "button button-quiet button-small", "aria-expanded": "false" }, t("show-all"));
    button.addEventListener("click", () => {
      const full = frame.classList.toggle("is-full");
      button.setAttribute("aria-expanded", String(full));
      button.textContent = t(full ? "show-less" : "show-all");
    });
    this.append(button);
  }
}
customElements.define("fl-frame", FlFrame);
