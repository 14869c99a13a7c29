// Single-key shortcuts. A control of the page names the usual key of its action: `data-key="r"` on a link, button, radio
// or select (several keys apart by spaces, "R" is Shift+r). Which key somebody presses for it says the sheet `#keys`, made
// of the server's registry: `data-map` leads from keys to actions, `data-usual` from actions to what controls name. Two
// keys after each other ("g i") are one shortcut.
// `<html data-single-keys="off">` switches them all off (WCAG 2.1.4); combinations with Ctrl stay.
import { isTyping } from "./dom";
import { move, pick, pickAll, pickRange } from "./list";
import { openPalette } from "./palette";
import type { FlRecipients } from "./recipients";
import { copyText } from "./small";

function press(control: HTMLElement): void {
  const chips = control.closest<FlRecipients>("fl-recipients");
  if (chips) return chips.focusEntry();
  if (control instanceof HTMLInputElement && control.type === "radio" && control.checked) {
    // It is chosen already: what is left is to write.
    control.form?.querySelector<HTMLElement>(".ProseMirror, textarea:not([hidden])")?.focus();
    return;
  }
  if (control instanceof HTMLSelectElement) {
    control.focus();
    try {
      control.showPicker();
    } catch {
      // Focus is enough where the browser wants a real click.
    }
  } else {
    control.click();
  }
}

function control(key: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>("[data-key]")].find(
    (one) => one.dataset.key?.split(" ").includes(key) && !one.closest("[hidden], dialog:not([open])"),
  );
}

let dots = 0;
let dotTimer = 0;

/** `.` copies the number, `..` the address, `...` number and subject. */
function copyByDots(): boolean {
  const ticket = document.querySelector<HTMLElement>("[data-ticket].conversation")?.dataset.ticket;
  if (!ticket) return false;
  dots = Math.min(dots + 1, 3);
  clearTimeout(dotTimer);
  dotTimer = window.setTimeout(() => {
    const title = document.querySelector(".conversation h1")?.textContent?.trim().replace(/\s+/g, " ") ?? "";
    void copyText(dots === 1 ? `#${ticket}` : dots === 2 ? location.href : title);
    dots = 0;
  }, 350);
  return true;
}

const sheet = document.getElementById("keys");
const read = (name: string): Record<string, string> => {
  try {
    return JSON.parse(sheet?.getAttribute(name) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
};
const map = read("data-map"), usual = read("data-usual");

/** What the script does itself; false where there is nothing to do it with. */
const SCRIPTS: Record<string, () => boolean> = {
  search: openPalette,
  help: () => {
    (sheet as HTMLDialogElement | null)?.showModal();
    return !!sheet;
  },
  next: () => move(1),
  previous: () => move(-1),
  open: () => {
    const link = document.activeElement?.matches(".row > a") ? (document.activeElement as HTMLElement) : document.querySelector<HTMLElement>('fl-list .row > a[tabindex="0"]');
    link?.click();
    return !!link;
  },
  pick,
  "pick-range": pickRange,
  "pick-all": pickAll,
  copy: copyByDots,
  toggle: () => {
    const kind = document.querySelector<HTMLInputElement>('.composer [name="kind"]:checked')?.value;
    const other = document.querySelector<HTMLInputElement>(`.composer [name="kind"][value="${kind === "note" ? "reply" : "note"}"]`);
    other?.click();
    return !!other;
  },
};

function act(action: string): boolean {
  const own = SCRIPTS[action];
  if (own) return own();
  const page = document.querySelector<HTMLAnchorElement>(`#commands a[data-action="${CSS.escape(action)}"]`);
  if (page) {
    location.assign(page.href);
    return true;
  }
  const found = usual[action] ? control(usual[action]) : undefined;
  if (found) press(found);
  return !!found;
}

/** The first key of two, while the second one may come. */
let first = "";
let firstTimer = 0;
const FIRST_MS = 1_500;

function single(key: string): boolean {
  if (key === "ArrowDown") return move(1);
  if (key === "ArrowUp") return move(-1);
  const begun = first;
  first = "";
  clearTimeout(firstTimer);
  const action = begun ? map[`${begun} ${key}`] : map[key];
  if (action) return act(action);
  if (begun) return false;
  if (Object.keys(map).some((known) => known.startsWith(`${key} `))) {
    first = key;
    firstTimer = window.setTimeout(() => { first = ""; }, FIRST_MS);
    return true;
  }
  // A control whose key is in no registry yet.
  const known = Object.values(usual).includes(key);
  const found = known ? undefined : control(key);
  if (found) press(found);
  return !!found;
}

// The palette presses what the script does itself.
document.getElementById("commands")?.addEventListener("click", (event) => {
  const action = (event.target as Element).closest<HTMLElement>("button[data-action]")?.dataset.action;
  if (action) act(action);
});

/** Hints beside controls show the keys that their reader chose. */
function hint(): void {
  const chosen: Record<string, string> = {};
  for (const [key, action] of Object.entries(map)) if (usual[action]) chosen[usual[action]] ??= key;
  for (const one of document.querySelectorAll<HTMLElement>("[data-key]")) {
    const key = one.dataset.key?.split(" ")[0] ?? "";
    const now = chosen[key];
    const shown = one.querySelector("kbd");
    if (shown && shown.textContent === key && now !== key) shown.textContent = now ?? "";
    if (one.title.endsWith(`(${key})`) && now !== key) one.title = one.title.slice(0, -key.length - 2) + (now ? `(${now})` : "");
  }
}
hint();
document.addEventListener("firstline:swapped", hint);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    if (openPalette()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && isTyping(event.target) && !document.querySelector("dialog[open], [popover]:popover-open")) {
    (event.target as HTMLElement).blur();
    return;
  }
  // Ctrl+Z outside of a text takes back what the newest notice offers to.
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z" && !isTyping(event.target)) {
    const undo = document.querySelector<HTMLButtonElement>("#toasts form button");
    if (undo) {
      event.preventDefault();
      undo.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "Shift") return;
  if (document.querySelector("dialog[open], .menu:popover-open")) return;
  const off = document.documentElement.dataset.singleKeys === "off";
  // Arrows move in a list that has the focus even when single keys are off.
  if (off && !(event.key.startsWith("Arrow") && (event.target as Element).closest("fl-list"))) return;
  if (event.key.startsWith("Arrow") && !(event.target as Element).closest("fl-list")) return;
  if (single(event.key)) event.preventDefault();
});
