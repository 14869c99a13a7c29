// Parts of a page replaced by the same parts of the next one. The server always answers with the whole page, so
// page and part cannot drift. `data-swap` on a form or on a list of links names the parts ("#main #context").
import { inert } from "./dom";

let latest = 0;

/** Replaces `parts` of this page by those of `response`; goes there as a page when that is not possible. */
async function apply(response: Response, parts: string, ticket: number): Promise<boolean> {
  const html = response.headers.get("content-type")?.startsWith("text/html") ? await response.text() : "";
  if (ticket !== latest) return false;
  const next = html ? inert(html) : null;
  const selectors = parts.split(/\s+/).filter(Boolean);
  if (!next || !selectors.some((selector) => next.querySelector(selector))) {
    location.assign(response.url);
    return false;
  }
  const active = document.activeElement;
  const focused = active?.id ?? "";
  for (const selector of selectors) {
    const was = document.querySelector(selector);
    const will = next.querySelector(selector);
    if (was && will) was.replaceWith(document.adoptNode(will));
  }
  document.title = next.title;
  if (focused && !active?.isConnected) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("firstline:swapped", { detail: selectors }));
  return true;
}

/** Fetches `url` and swaps; records it in the history unless `silent`. */
export async function visit(url: string, parts: string, silent = false): Promise<boolean> {
  const ticket = ++latest;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const done = await apply(response, parts, ticket);
    if (done && !silent) history.pushState({ swap: parts }, "", response.url);
    return done;
  } catch {
    location.assign(url);
    return false;
  }
}

async function post(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const parts = form.dataset.swap ?? "";
  const body = new FormData(form, submitter);
  const busy = submitter instanceof HTMLButtonElement ? submitter : null;
  const timer = setTimeout(() => busy?.setAttribute("aria-busy", "true"), 150);
  const ticket = ++latest;
  const encoded = form.enctype === "multipart/form-data" ? body : new URLSearchParams(body as unknown as Record<string, string>);
  try {
    const response = await fetch(form.action, { method: "POST", body: encoded, headers: { Accept: "text/html" } });
    await apply(response, parts, ticket);
  } catch {
    // Offline or refused: the plain way shows what is wrong.
    form.removeAttribute("data-swap");
    form.requestSubmit(busy);
  } finally {
    clearTimeout(timer);
    busy?.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || !form.dataset.swap || form.method !== "post") return;
  event.preventDefault();
  void post(form, event.submitter);
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  const scope = link?.closest<HTMLElement>("[data-swap]");
  if (!link || !scope || scope instanceof HTMLFormElement || link.target || link.origin !== location.origin) return;
  const parts = scope.dataset.swap ?? "";
  // Where the part is not in sight (phone, narrow window) a page is a page.
  const shown = parts.split(/\s+/).map((part) => document.querySelector<HTMLElement>(part)).some((part) => part?.offsetParent);
  if (!shown || !link.offsetParent) return;
  event.preventDefault();
  void visit(link.href, parts).then((done) => {
    if (!done) return;
    for (const current of scope.querySelectorAll('[aria-current="true"]')) current.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.closest(".row")?.classList.remove("is-unread", "has-news");
    link.closest(".row")?.querySelector(".unread")?.remove();
  });
});

addEventListener("popstate", (event) => {
  const parts = (event.state as { swap?: string } | null)?.swap;
  if (parts) void visit(location.href, parts, true);
  else location.reload();
});
