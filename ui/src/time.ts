// `<time datetime="…" data-ago>12 minutes ago</time>`: keeps what the server wrote true while the page stays open.
// The words are the server's own, with {n} for the number.
import { t } from "./dom";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long `passed` (ms) is in words; null from a day on, where the date already stands. */
export function wording(passed: number): string | null {
  if (passed < MINUTE) return t("just-now");
  if (passed < HOUR) return counted("minutes-ago", Math.floor(passed / MINUTE));
  if (passed < DAY) return counted("hours-ago", Math.floor(passed / HOUR));
  return null;
}

/** The server formats the singular itself; {n} stands in the plural. */
const counted = (key: string, n: number) => t(n === 1 ? `${key}-one` : key, { n });

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
