// <fl-list>: one tab stop; j/k and arrows move, Enter opens.

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

/** Moves the focus in the page's list; false where there is none in sight. */
export function move(by: number): boolean {
  const list = [...document.querySelectorAll<FlList>("fl-list")].find((one) => one.offsetParent || one.getClientRects().length);
  list?.step(by);
  return !!list;
}
