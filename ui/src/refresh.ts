// <fl-refresh data-part="#wallboard" data-every="20"> … </fl-refresh>: a part of the page that is read anew every so many
// seconds, while somebody can see it and has the focus elsewhere. Without it the page is as old as its last load.
import { inert } from "./dom";

class FlRefresh extends HTMLElement {
  private timer = 0;
  connectedCallback(): void {
    this.timer = window.setInterval(() => void this.read(), Number(this.dataset.every ?? 30) * 1_000);
  }
  disconnectedCallback(): void {
    clearInterval(this.timer);
  }
  private async read(): Promise<void> {
    const part = this.dataset.part ?? "";
    if (document.hidden || this.contains(document.activeElement) || this.matches(":hover")) return;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    // No connection, or signed out: what is there stays, with the time it is of.
    if (!response?.ok || response.redirected) return;
    const next = inert(await response.text()).querySelector(part);
    const was = this.querySelector(part);
    if (!was || !next) return;
    was.replaceWith(document.adoptNode(next));
    document.dispatchEvent(new CustomEvent("firstline:swapped", { detail: [part] }));
  }
}
customElements.define("fl-refresh", FlRefresh);
