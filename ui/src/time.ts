// <fl-time><time datetime="…" title="full local time">10:12</time></fl-time>: relative near now, absolute later.
const language = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const dateYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The shortest wording of `at` that is still exact enough, seen from `now`. */
export function wording(at: Date, now: Date): string {
  const distance = at.getTime() - now.getTime();
  const size = Math.abs(distance);
  if (size < 45_000) return relative.format(0, "second");
  if (size < HOUR) return relative.format(Math.trunc(distance / MINUTE) || Math.sign(distance), "minute");
  if (at.toDateString() === now.toDateString()) return clock.format(at);
  if (size < 6 * DAY) return weekday.format(at);
  return at.getFullYear() === now.getFullYear() ? date.format(at) : dateYear.format(at);
}

const all = new Set<FlTime>();

class FlTime extends HTMLElement {
  connectedCallback(): void {
    all.add(this);
    this.show();
  }
  disconnectedCallback(): void {
    all.delete(this);
  }
  show(): void {
    const time = this.querySelector("time");
    const at = time ? new Date(time.dateTime) : null;
    if (!time || !at || Number.isNaN(at.getTime())) return;
    const text = wording(at, new Date());
    if (time.textContent !== text) time.textContent = text;
  }
}
customElements.define("fl-time", FlTime);
setInterval(() => all.forEach((one) => one.show()), 20_000);
