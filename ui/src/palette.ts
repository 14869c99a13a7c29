// Ctrl+K: go to, do, find. Commands come from the page: `#commands` holds links (`<a href data-group data-icon data-hint>`)
// and buttons that press another control (`<button data-press="[data-key~='r']" …>`). Findings come from the search.
import { h, icon, t } from "./dom";

interface Command { label: string; group: string; icon?: string; url?: string; press?: HTMLElement; hint?: string }
interface Finding { kind: string; title: string; url: string; snippet?: string }

const dialog = document.getElementById("palette") as HTMLDialogElement | null;
const input = dialog?.querySelector<HTMLInputElement>("input");
const list = dialog?.querySelector<HTMLUListElement>("ul");
const ICONS: Record<string, string> = { ticket: "inbox", contact: "user", organisation: "building-2", article: "book-open" };

let entries: { element: HTMLLIElement; run: () => void }[] = [];
let chosen = 0;
let findings: Finding[] = [];
let waiting: AbortController | undefined;

function run(command: Command): void {
  dialog?.close();
  if (command.url) location.assign(command.url);
  else command.press?.click();
}

/** What this page offers; a button whose control is not here is left out. */
function commands(): Command[] {
  return [...document.querySelectorAll<HTMLElement>("#commands a, #commands button")].flatMap((one) => {
    const press = one.dataset.press ? document.querySelector<HTMLElement>(one.dataset.press) : null;
    const url = one instanceof HTMLAnchorElement ? one.href : undefined;
    if (!url && !press) return [];
    return [{ label: one.textContent?.trim() ?? "", group: one.dataset.group ?? "", icon: one.dataset.icon, hint: one.dataset.hint, url, press: press ?? undefined }];
  });
}

function choose(index: number): void {
  chosen = Math.max(0, Math.min(entries.length - 1, index));
  entries.forEach(({ element }, at) => element.setAttribute("aria-selected", String(at === chosen)));
  const element = entries[chosen]?.element;
  if (element) input?.setAttribute("aria-activedescendant", element.id);
  else input?.removeAttribute("aria-activedescendant");
  element?.scrollIntoView({ block: "nearest" });
}

function show(): void {
  if (!list || !input) return;
  const wanted = input.value.trim().toLowerCase();
  const matching = commands().filter((command) => wanted.split(/\s+/).every((word) => command.label.toLowerCase().includes(word)));
  const found: Command[] = findings.map((finding) => ({ label: finding.title, group: t("found"), icon: ICONS[finding.kind] ?? "file", url: finding.url, hint: finding.snippet }));
  const words = input.value.trim();
  if (words.length > 1) found.push({ label: t("find-all"), group: t("found"), icon: "search", url: `/search?q=${encodeURIComponent(words)}`, hint: words });
  entries = [];
  list.replaceChildren();
  let group = "";
  for (const command of [...found, ...matching]) {
    if (command.group !== group) {
      group = command.group;
      list.append(h("li", { class: "group", role: "presentation" }, group));
    }
    const element = h("li", { role: "option", id: `palette-${entries.length}`, "aria-selected": "false" }, icon(command.icon ?? "arrow-right"), h("span", { class: "label" }, command.label), command.hint ? h("span", { class: "hint" }, command.hint) : null);
    element.addEventListener("click", () => run(command));
    list.append(element);
    entries.push({ element, run: () => run(command) });
  }
  if (!entries.length) list.append(h("li", { class: "none", role: "presentation" }, t("nothing-found")));
  choose(0);
}

/** How many of each kind are offered: many tickets leave people their place. */
const OFFERED: [string, number][] = [["ticket", 7], ["contact", 4], ["organisation", 2]];

async function search(): Promise<void> {
  const wanted = input?.value.trim() ?? "";
  waiting?.abort();
  if (wanted.length < 2) {
    findings = [];
    show();
    return;
  }
  // Every letter asks at once; the answer to an older one is not waited for.
  const mine = (waiting = new AbortController());
  try {
    const of = async ([kind, limit]: [string, number]): Promise<Finding[]> => {
      const address = `/api/v1/search?kind=${kind}&limit=${limit}&typing=true&q=${encodeURIComponent(wanted)}`;
      const response = await fetch(address, { headers: { Accept: "application/json" }, signal: mine.signal });
      return response.ok ? ((await response.json()) as { items: Finding[] }).items : [];
    };
    const found = (await Promise.all(OFFERED.map(of))).flat();
    if (mine.signal.aborted) return;
    // Only addresses of our own pages are offered.
    findings = found.filter((item) => item.url?.startsWith("/") && !item.url.startsWith("//"));
  } catch {
    if (mine.signal.aborted) return;
    findings = [];
  }
  show();
}

/** Opens the palette; false on pages without one. */
export function openPalette(): boolean {
  if (!dialog || !input) return false;
  if (!dialog.open) dialog.showModal();
  input.select();
  show();
  return true;
}

dialog?.addEventListener("toggle", (event) => (event as ToggleEvent).newState === "open" && show());
input?.addEventListener("input", () => { show(); void search(); });
input?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter") entries[chosen]?.run();
  else return;
  event.preventDefault();
});
