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
    // Where the name stands in sight, the number behind it is read with it.
    if (bell.hasAttribute("aria-label")) bell.setAttribute("aria-label", words);
  }
  try {
    sessionStorage.setItem(KEPT, String(unread));
  } catch {
    // Then the next page begins without a number.
  }
}

async function ask(): Promise<number> {
  const response = await fetch("/notifications/count", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return 0;
  const { unread } = (await response.json()) as { unread: number };
  show(unread);
  return unread;
}

/** Asks, and says that what is about the ticket that is shown is read. */
async function both(): Promise<void> {
  if (!(await ask())) return;
  const ticket = document.querySelector<HTMLElement>(".conversation[data-ticket]")?.dataset.ticket;
  if (!ticket || document.hidden) return;
  await fetch("/notifications/read", { method: "POST", body: new URLSearchParams({ ticket }) }).catch(() => null);
  await ask();
}

if (document.querySelector(".bell")) {
  try {
    const kept = Number(sessionStorage.getItem(KEPT) ?? 0);
    if (kept > 0) show(kept);
  } catch {
    // Nothing is kept here.
  }
  void both();
  document.addEventListener("firstline:notices", (event) => {
    // News of the ticket that is being read are read.
    if (document.querySelector(".conversation[data-ticket]") && !document.hidden) void both();
    else show((event as CustomEvent<number>).detail);
  });
  document.addEventListener("firstline:swapped", () => void both());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void both();
  });
}
