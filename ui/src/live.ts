// <fl-live data-url="/live?view=mine" data-parts=".list"><span>12 open</span><span class="news" role="status" hidden></span></fl-live>
// tells what changed and moves nothing.
// The event `ticket` with {"ticket", "kind", "by"} marks the row, freshens the counts of the page and offers to show the
// rest; `reload` (after a gap) offers the same. With `data-ticket` only that ticket counts.
import { h, icon, inert, t } from "./dom";
import { visit } from "./swap";

interface Change { ticket?: number; by?: string }

/** Counts are fetched at most this often. */
const COUNTS_MS = 4_000;

class FlLive extends HTMLElement {
  private source?: EventSource;
  private changed = new Set<number>();
  private retry = 0;
  private counting = 0;
  private last = "";

  connectedCallback(): void {
    this.open();
    document.addEventListener("visibilitychange", this.wake);
  }
  disconnectedCallback(): void {
    this.source?.close();
    clearTimeout(this.retry);
    clearTimeout(this.counting);
    document.removeEventListener("visibilitychange", this.wake);
  }
  private wake = () => {
    if (!document.hidden && this.source?.readyState === EventSource.CLOSED) this.open();
  };
  private open(): void {
    const url = this.dataset.url;
    if (!url) return;
    this.source?.close();
    // The browser sends Last-Event-ID when it reconnects by itself; after a refusal we do, as `since`.
    const since = this.last ? `${url.includes("?") ? "&" : "?"}since=${encodeURIComponent(this.last)}` : "";
    this.source = new EventSource(url + since);
    this.source.addEventListener("ticket", (event) => this.take(event as MessageEvent<string>));
    this.source.addEventListener("reload", () => {
      this.changed.add(0);
      this.tell();
    });
    this.source.addEventListener("error", () => {
      if (this.source?.readyState !== EventSource.CLOSED) return;
      this.retry = window.setTimeout(() => this.open(), 5_000 + Math.random() * 5_000);
    });
  }
  private take(event: MessageEvent<string>): void {
    this.last = event.lastEventId;
    let change: Change;
    try {
      change = JSON.parse(event.data) as Change;
    } catch {
      return;
    }
    if (change.by && change.by === document.documentElement.dataset.actor) return;
    this.counting ||= window.setTimeout(() => void this.freshenCounts(), COUNTS_MS);
    if (!change.ticket || (this.dataset.ticket && this.dataset.ticket !== String(change.ticket))) return;
    document.querySelector(`.row[data-ticket="${change.ticket}"]`)?.classList.add("has-news");
    this.changed.add(change.ticket);
    this.tell();
  }
  private async freshenCounts(): Promise<void> {
    this.counting = 0;
    const places = document.querySelectorAll<HTMLElement>("[data-count]");
    if (!places.length || document.hidden) return;
    const response = await fetch(this.dataset.counts ?? location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response?.ok) return;
    const next = inert(await response.text());
    for (const place of places) {
      const now = next.querySelector(`[data-count="${CSS.escape(place.dataset.count ?? "")}"]`)?.textContent;
      if (now && now !== place.textContent) place.textContent = now;
    }
  }
  private tell(): void {
    const bar = this.querySelector<HTMLElement>(".news");
    if (!bar) return;
    const button = h("button", { type: "button", class: "button button-quiet button-small" }, icon("refresh-cw"), t("new-one", { n: this.changed.size }));
    button.addEventListener("click", () => {
      const parts = this.dataset.parts;
      if (parts) void visit(location.href, parts, true);
      else location.reload();
    });
    bar.replaceChildren(button);
    bar.hidden = false;
  }
}
customElements.define("fl-live", FlLive);
