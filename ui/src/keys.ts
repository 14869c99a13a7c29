// Single-key shortcuts. The page says which key does what: `data-key="r"` on a link, button, radio or select
// (several keys apart by spaces, "R" is Shift+r), so that they are remapped where the page is made.
// `<html data-single-keys="off">` switches them all off (WCAG 2.1.4); combinations with Ctrl stay.
import { isTyping } from "./dom";
import { move } from "./list";
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

function single(key: string): boolean {
  if (key === "?") {
    (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
    return true;
  }
  if (key === "/") return openPalette();
  if (key === ".") return copyByDots();
  if (key === "j" || key === "ArrowDown") return move(1);
  if (key === "k" || key === "ArrowUp") return move(-1);
  if (key === "i") {
    const kind = document.querySelector<HTMLInputElement>('.composer [name="kind"]:checked')?.value;
    const other = document.querySelector<HTMLInputElement>(`.composer [name="kind"][value="${kind === "note" ? "reply" : "note"}"]`);
    other?.click();
    return !!other;
  }
  const found = control(key);
  if (found) press(found);
  return !!found;
}

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
  if (document.querySelector("dialog[open], .menu:popover-open")) return;
  const off = document.documentElement.dataset.singleKeys === "off";
  // Arrows move in a list that has the focus even when single keys are off.
  if (off && !(event.key.startsWith("Arrow") && (event.target as Element).closest("fl-list"))) return;
  if (event.key.startsWith("Arrow") && !(event.target as Element).closest("fl-list")) return;
  if (single(event.key)) event.preventDefault();
});
