// <fl-live data-url="/live?view=mine" data-parts=".list"><span>12 open</span><span class="news" role="status" hidden></span></fl-live>
// tells what changed and moves nothing.
// The event `ticket` with {"ticket", "kind", "by"} marks the row, freshens the counts of the page and offers to show the
// rest; `reload` (after a gap) offers the same. With `data-ticket` only that ticket counts. The event `presence` with
// {"ticket", "people"} says who else looks at a ticket and who writes there: in its head, and in its row of a list.
import { h, icon, inert, t } from "./dom";
import { visit } from "./swap";

interface Change { ticket?: number; by?: string }
interface Looker { who: string; name: string; typing: boolean }

/** Whoever writes is said to for so long; then they would have been told again. */
const TYPING_MS = 8_000;
/** And says so at most this often. */
const SAY_MS = 4_000;

/** Counts are fetched at most this often. */
const COUNTS_MS = 4_000;

class FlLive extends HTMLElement {
  private source?: EventSource;
  private changed = new Set<number>();
  private retry = 0;
  private counting = 0;
  private last = "";
  private said = 0;
  private quiet = 0;

  connectedCallback(): void {
    this.open();
    document.addEventListener("visibilitychange", this.wake);
    document.addEventListener("input", this.types);
  }
  disconnectedCallback(): void {
    this.source?.close();
    clearTimeout(this.retry);
    clearTimeout(this.counting);
    document.removeEventListener("visibilitychange", this.wake);
    document.removeEventListener("input", this.types);
    clearTimeout(this.quiet);
  }
  private wake = () => {
    if (!document.hidden && this.source?.readyState === EventSource.CLOSED) this.open();
  };
  /** Tells colleagues that something is being written, not what. */
  private types = (event: Event) => {
    const ticket = this.dataset.ticket;
    if (!ticket || !(event.target as Element).closest("fl-composer") || Date.now() - this.said < SAY_MS) return;
    this.said = Date.now();
    void fetch(`/t/${ticket}/typing`, { method: "POST" }).catch(() => undefined);
  };
  private look(event: MessageEvent<string>): void {
    let heard: { ticket: number; people: Looker[] };
    try {
      heard = JSON.parse(event.data) as { ticket: number; people: Looker[] };
    } catch {
      return;
    }
    const others = heard.people.filter((one) => one.who !== document.documentElement.dataset.actor);
    const places = [
      ...document.querySelectorAll<HTMLElement>(`.conversation[data-ticket="${heard.ticket}"] [data-presence]`),
      ...document.querySelectorAll<HTMLElement>(`.row[data-ticket="${heard.ticket}"] .meta`),
    ];
    for (const place of places) {
      const isHead = place.matches("[data-presence]");
      const old = isHead ? place : place.querySelector(".presence");
      const faces = others.map((one) => {
        const words = t(one.typing ? "types" : "looks", { name: one.name });
        return h("span", { class: `looker${one.typing ? " is-typing" : ""}`, title: words }, icon(one.typing ? "pencil" : "eye"), isHead ? h("span", {}, words) : h("span", { class: "sr" }, words));
      });
      if (isHead) place.replaceChildren(...faces);
      else {
        old?.remove();
        if (faces.length) place.append(h("span", { class: "presence" }, ...faces));
      }
    }
    if (!this.dataset.ticket) return;
    clearTimeout(this.quiet);
    if (others.some((one) => one.typing))
      this.quiet = window.setTimeout(() => this.look(new MessageEvent("presence", { data: JSON.stringify({ ...heard, people: heard.people.map((one) => ({ ...one, typing: false })) }) })), TYPING_MS);
  }
  private open(): void {
    const url = this.dataset.url;
    if (!url) return;
    this.source?.close();
    // The browser sends Last-Event-ID when it reconnects by itself; after a refusal we do, as `since`.
    const since = this.last ? `${url.includes("?") ? "&" : "?"}since=${encodeURIComponent(this.last)}` : "";
    this.source = new EventSource(url + since);
    this.source.addEventListener("ticket", (event) => this.take(event as MessageEvent<string>));
    this.source.addEventListener("presence", (event) => this.look(event as MessageEvent<string>));
    this.source.addEventListener("notices", (event) => {
      try {
        const { unread } = JSON.parse((event as MessageEvent<string>).data) as { unread: number };
        document.dispatchEvent(new CustomEvent("firstline:notices", { detail: unread }));
      } catch {
        // What cannot be read is asked for with the next page.
      }
    });
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
