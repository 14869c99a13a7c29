// The bell: how many notices are unread, in the rail and in the phone's bar. The number is asked for when a page opens and
// comes with the page's stream from then on (`notices` of /live, told as `firstline:notices`); a page without a stream asks
// again when somebody comes back to it. Whoever has a ticket before their eyes has read what is about it.

const KEPT = "firstline:unread";

function show(unread: number): void {
  for (const bell of document.querySelectorAll<HTMLElement>(".bell")) {
    const place = bell.querySelector<HTMLElement>(".bell-count");
    if (!place) continue;
    place.hidden = unread === 0;
    place.textContent = unread > 99 ? "99+" : String(unread);
    const words = unread ? (bell.dataset.unread ?? "").replace("{n}", place.textContent) : (bell.dataset.words ?? "");
    bell.setAttribute("aria-label", words);
  }
  try {
    sessionStorage.setItem(KEPT, String(unread));
  } catch {
    // Then the next page begins without a number.
  }
}

async function ask(): Promise<void> {
  const response = await fetch("/notifications/count", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return;
  show(((await response.json()) as { unread: number }).unread);
}

/** What is about the ticket that is shown counts as read. */
async function look(): Promise<void> {
  const ticket = document.querySelector<HTMLElement>(".conversation[data-ticket]")?.dataset.ticket;
  if (ticket && !document.hidden)
    await fetch("/notifications/read", { method: "POST", body: new URLSearchParams({ ticket }) }).catch(() => null);
}

if (document.querySelector(".bell")) {
  try {
    const kept = Number(sessionStorage.getItem(KEPT) ?? 0);
    if (kept > 0) show(kept);
  } catch {
    // Nothing is kept here.
  }
  const both = () => void look().then(ask);
  both();
  document.addEventListener("firstline:notices", (event) => {
    // News of the ticket that is being read are read.
    if (document.querySelector(".conversation[data-ticket]") && !document.hidden) both();
    else show((event as CustomEvent<number>).detail);
  });
  document.addEventListener("firstline:swapped", both);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) both();
  });
}
