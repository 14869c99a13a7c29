// <fl-live data-url="/live?view=mine" data-parts=".list"><span>12 open</span><span class="news" role="status" hidden></span></fl-live>
// tells what changed and moves nothing.
// Event `ticket` with {"number", "counts": {"mine": 12}} marks the row, updates the counts and offers to show the rest.
import { h, icon, t } from "./dom";
import { visit } from "./swap";

interface Change { number?: number; counts?: Record<string, number> }

class FlLive extends HTMLElement {
  private source?: EventSource;
  private changed = new Set<number>();
  private retry = 0;
  private last = "";

  connectedCallback(): void {
    this.open();
    document.addEventListener("visibilitychange", this.wake);
  }
  disconnectedCallback(): void {
    this.source?.close();
    clearTimeout(this.retry);
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
    for (const [name, count] of Object.entries(change.counts ?? {}))
      for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) place.textContent = String(count);
    if (!change.number) return;
    document.querySelector(`.row[data-ticket="${change.number}"]`)?.classList.add("has-news");
    this.changed.add(change.number);
    this.tell();
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
