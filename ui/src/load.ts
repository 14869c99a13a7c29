// <section id="about" data-load="/t/42/customer"><a …></a></section>: a part that is fetched when it comes into sight. The
// address leads to a page that has the same part whole; without scripts the link in it does.
import { inert } from "./dom";

/** What was fetched, by its address: shown at once where the part comes back with another piece of the page. */
const kept = new Map<string, Element>();

async function load(place: HTMLElement): Promise<void> {
  const path = place.dataset.load ?? "";
  const view = new URLSearchParams(location.search).get("view");
  const url = view ? `${path}?${new URLSearchParams({ view })}` : path;
  const known = kept.get(url)?.cloneNode(true) as HTMLElement | undefined;
  if (known) place.replaceWith(known);
  const shown = known ?? place;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const part = inert(await response.text()).getElementById(place.id);
    // Somebody writes in it, or it is gone: nothing moves under the hand.
    if (!part || !shown.isConnected || (known && shown.contains(document.activeElement))) return;
    for (const form of part.querySelectorAll<HTMLFormElement>('form[method="post"]')) form.dataset.swap = "#context .ticket-head #toasts";
    const next = document.adoptNode(part);
    // What was opened or closed by hand stays so.
    const was = [...shown.querySelectorAll("details")].map((one) => one.open);
    if (known) next.querySelectorAll("details").forEach((one, at) => { one.open = was[at] ?? one.open; });
    kept.set(url, next.cloneNode(true) as Element);
    shown.replaceWith(next);
  } catch {
    // The link is still there.
  }
}

const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    sight.unobserve(entry.target);
    void load(entry.target as HTMLElement);
  }
});

function watch(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-load]")) {
    sight.observe(place);
  }
}
watch();
document.addEventListener("firstline:swapped", watch);
