// <fl-counts data-url="/views/counts"> … <span class="count" data-view="view-7"></span> … : numbers of views that people
// made. They come after the page is there, so that no page waits for them; more than 999 is said so.

/** Asked for at most this often. */
const KEPT_MS = 20_000;
let known: { at: number; counts: Record<string, number | null> } | undefined;

async function counts(url: string): Promise<Record<string, number | null>> {
  if (known && Date.now() - known.at < KEPT_MS) return known.counts;
  const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return known?.counts ?? {};
  known = { at: Date.now(), counts: (await response.json()) as Record<string, number | null> };
  return known.counts;
}

class FlCounts extends HTMLElement {
  private timer = 0;
  connectedCallback(): void {
    this.timer = window.setTimeout(() => void this.show(), 50);
  }
  disconnectedCallback(): void {
    clearTimeout(this.timer);
  }
  private async show(): Promise<void> {
    const url = this.dataset.url;
    if (!url || document.hidden) return;
    const numbers = await counts(url);
    for (const place of this.querySelectorAll<HTMLElement>("[data-view]")) {
      const count = numbers[place.dataset.view ?? ""];
      place.textContent = count == null ? "" : count > 999 ? "999+" : String(count);
    }
  }
}
customElements.define("fl-counts", FlCounts);
