// `<time datetime="…" data-ago>12 minutes ago</time>`: keeps what the server wrote true while the page stays open.
// The words are the server's own, with {n} for the number.
import { t } from "./dom";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long `passed` (ms) is in words; null from a day on, where the date already stands. */
export function wording(passed: number): string | null {
  if (passed < MINUTE) return t("just-now");
  if (passed < HOUR) return t("minutes-ago", { n: Math.floor(passed / MINUTE) });
  if (passed < DAY) return t("hours-ago", { n: Math.floor(passed / HOUR) });
  return null;
}

function freshen(): void {
  if (!document.getElementById("words")?.dataset.justNow) return;
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = wording(Date.now() - Date.parse(time.dateTime));
    if (text && text !== time.textContent) time.textContent = text;
  }
}
freshen();
document.addEventListener("firstline:swapped", freshen);
setInterval(freshen, 20_000);
