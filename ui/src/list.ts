// <fl-list>: one tab stop; j/k and arrows move, Enter opens. Boxes choose tickets, here and on a board.

class FlList extends HTMLElement {
  connectedCallback(): void {
    this.rove(this.current() ?? this.links()[0]);
    this.addEventListener("focusin", (event) => this.rove((event.target as Element).closest<HTMLAnchorElement>(".row > a")));
  }
  links(): HTMLAnchorElement[] {
    return [...this.querySelectorAll<HTMLAnchorElement>(".row > a")];
  }
  current(): HTMLAnchorElement | null {
    return this.querySelector('.row > a[aria-current="true"]');
  }
  private rove(to: HTMLAnchorElement | null | undefined): void {
    if (!to) return;
    for (const link of this.links()) link.tabIndex = link === to ? 0 : -1;
  }
  step(by: number): void {
    const links = this.links();
    const from = links.indexOf((document.activeElement as HTMLAnchorElement) ?? this.current());
    const start = from >= 0 ? from : links.findIndex((link) => link.tabIndex === 0) - (document.activeElement === document.body && !this.current() ? by : 0);
    links[Math.max(0, Math.min(links.length - 1, start + by))]?.focus();
  }
}
customElements.define("fl-list", FlList);

/** Moves the focus in the page's list or board; false where there is none in sight. */
export function move(by: number): boolean {
  const list = [...document.querySelectorAll<FlList>("fl-list")].find((one) => one.offsetParent || one.getClientRects().length);
  if (list) {
    list.step(by);
    return true;
  }
  // The cards of a board, column after column.
  const cards = [...document.querySelectorAll<HTMLElement>(".board .card-head > a")];
  const from = cards.findIndex((card) => card.closest(".card-ticket")?.contains(document.activeElement));
  cards[Math.max(0, Math.min(cards.length - 1, from + by))]?.focus();
  return cards.length > 0;
}

// What is chosen stays so when a part of the page is replaced.
const chosen = new Set<string>();
let anchor: HTMLInputElement | null = null;

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('.pick input[form="bulk"]')];

function show(): void {
  const all = boxes(), picked = all.filter((box) => box.checked);
  for (const box of all) box.closest(".row, .card-ticket")?.classList.toggle("is-picked", box.checked);
  chosen.clear();
  for (const box of picked) chosen.add(box.value);
  const bar = document.getElementById("bulk");
  bar?.classList.toggle("is-on", picked.length > 0);
  const count = bar?.querySelector<HTMLElement>(".bulk-count");
  if (count) count.textContent = picked.length ? (count.dataset.words ?? "").replace("{count}", String(picked.length)) : "";
}
function restore(): void {
  for (const box of boxes()) if (chosen.has(box.value)) box.checked = true;
  show();
}
restore();
document.addEventListener("firstline:swapped", restore);
// A page that comes back from the browser's memory has its boxes as they were.
addEventListener("pageshow", show);

function range(to: HTMLInputElement): void {
  const all = boxes(), from = anchor ? all.indexOf(anchor) : -1, end = all.indexOf(to);
  const [low, high] = [Math.min(from < 0 ? end : from, end), Math.max(from, end)];
  for (const box of all.slice(low, high + 1)) box.checked = to.checked;
}
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-pick-all]")) return void pickAll();
  if (!(target instanceof HTMLInputElement) || !target.matches('.pick input[form="bulk"]')) return;
  if (event.shiftKey) range(target);
  anchor = target;
  show();
});

/** The box of the ticket that has the focus, or of the one that Tab would reach. */
function current(): HTMLInputElement | null {
  const here = document.activeElement?.closest(".row, .card-ticket") ?? document.querySelector('fl-list .row:has(> a[tabindex="0"])');
  return here?.querySelector<HTMLInputElement>('.pick input[form="bulk"]') ?? null;
}
export function pick(): boolean {
  const box = current();
  if (box) {
    box.checked = !box.checked;
    anchor = box;
    show();
  }
  return !!box;
}
export function pickRange(): boolean {
  const box = current();
  if (box) {
    box.checked = true;
    range(box);
    anchor = box;
    show();
  }
  return !!box;
}
/** All that are shown; none where all are chosen already. */
export function pickAll(): boolean {
  const all = boxes(), is = !all.every((box) => box.checked);
  for (const box of all) box.checked = is;
  show();
  return all.length > 0;
}
