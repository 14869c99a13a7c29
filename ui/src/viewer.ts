// <a href="/attachments/7" data-view="image|pdf|text" data-name="plan.png">: opens the file over the page. Arrows go to
// the other files of the page, Esc closes. A text has a sandbox without any right; a PDF is shown by the browser's own
// viewer, which works in no sandbox and sees nothing of the page. Without scripts the link opens a window of its own.
import { h, icon, t } from "./dom";

let dialog: HTMLDialogElement | null = null;
let shown: HTMLAnchorElement | null = null;

function all(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("a[data-view]")];
}

function content(link: HTMLAnchorElement): HTMLElement {
  const name = link.dataset.name ?? "";
  if (link.dataset.view === "image") return h("img", { src: link.href, alt: name });
  if (link.dataset.view === "pdf") return h("iframe", { src: link.href, title: name });
  return h("iframe", { src: link.href, title: name, sandbox: "" });
}

function button(label: string, shape: string, act: () => void): HTMLButtonElement {
  const one = h("button", { type: "button", class: "button button-quiet button-icon", "aria-label": label, title: label }, icon(shape));
  one.addEventListener("click", act);
  return one;
}

function show(link: HTMLAnchorElement): void {
  shown = link;
  const name = link.dataset.name ?? "";
  const many = all().length > 1;
  dialog ??= document.body.appendChild(h("dialog", { id: "viewer", class: "viewer" }));
  dialog.setAttribute("aria-label", name);
  const save = h("a", { class: "button button-quiet button-icon", href: `${link.href}?download=1`, "aria-label": t("save"), title: t("save") }, icon("download"));
  dialog.replaceChildren(
    h("div", { class: "dialog-head" }, h("h2", {}, name), many && button(t("previous"), "chevron-left", () => step(-1)), many && button(t("next"), "chevron-right", () => step(1)), save, button(t("close"), "x", () => dialog?.close())),
    h("div", { class: "viewer-body" }, content(link)),
  );
  if (!dialog.open) {
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  }
}

function step(by: number): void {
  const links = all();
  const next = links[(links.indexOf(shown as HTMLAnchorElement) + by + links.length) % links.length];
  if (next) show(next);
}

function closed(): void {
  dialog?.replaceChildren();
  if (shown?.isConnected) shown.focus();
  shown = null;
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-view]");
  if (!link) return;
  event.preventDefault();
  show(link);
});
document.addEventListener("keydown", (event) => {
  if (!dialog?.open || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  step(event.key === "ArrowLeft" ? -1 : 1);
});
