// The sample tickets of the prototypes' list.
const icon = (name, cls = "icon") => `<svg class="${cls}" aria-hidden="true"><use href="/assets/icons.svg#${name}"/></svg>`;
const STATE = { new: "New", open: "Open", waiting_customer: "Waiting", waiting_third_party: "Third party", solved: "Solved", closed: "Closed" };
const CHANNEL = { mail: "Mail", phone: "Phone", globe: "Web form", footprints: "Walk-in", mailbox: "Letter", code: "API" };

// number, subject, who, state, channel, priority, due [text, tone], last word, assignee [initials, hue], unread
const TICKETS = [
  [1042, "Printer on the 3rd floor prints blank pages", "Ada Peters", "open", "mail", "high", ["12 min", "late"], "customer", ["BO", 8], true],
  [1051, "Cannot sign in since the password change", "Jonas Weber", "new", "phone", "urgent", ["24 min", "act"], "customer", null, true],
  [1040, "VPN token expired during travel", "Priya Nair", "open", "mail", "normal", ["1 h 30", ""], "customer", ["BO", 8], true],
  [1037, "Invoice 2026-1187 has the wrong VAT number", "Marieke Jansen · De Haan BV", "waiting_third_party", "mail", "normal", ["2 h 05", ""], "Ben", ["BO", 8], false],
  [1048, "New starter on Monday: laptop, badge, phone", "HR Service · ACME GmbH", "new", "globe", "normal", ["3 h 10", ""], "customer", null, false],
  [1033, "Shared mailbox sales@ does not sync on mobile", "Luca Romano", "waiting_customer", "mail", "normal", ["paused", ""], "Ben", ["BO", 8], false],
  [1029, "Meeting room 2.14: screen flickers", "Walk-in · Reception", "open", "footprints", "low", ["tomorrow", ""], "Clara", ["CV", 1], false],
  [1027, "Backup job on NAS-02 reported 3 failed files", "Monitoring", "new", "code", "high", ["tomorrow", ""], "rule", null, true],
  [1024, "Request for access to project share \\\\fs1\\bridge", "Tomasz Zieliński", "waiting_third_party", "mail", "normal", ["tomorrow", ""], "Clara", ["CV", 1], false],
  [1019, "Scanned order from 14 November: missing page 2", "Bäckerei Höfer KG", "open", "mailbox", "normal", ["Mon 10:00", ""], "customer", ["SW", 5], false],
  [1016, "Outlook asks for a certificate every morning", "Elif Yıldız", "waiting_customer", "mail", "low", ["paused", ""], "Sanne", ["SW", 5], false],
  [1011, "Please remove me from the distribution list", "Hendrik de Groot", "solved", "mail", "low", ["", ""], "Sanne", ["SW", 5], false],
  [1008, "Headset crackles during calls", "Amara Diallo", "open", "phone", "normal", ["Tue 14:00", ""], "customer", ["BO", 8], false],
  [1004, "Question about the maintenance contract", "Weber & Söhne", "waiting_customer", "mail", "normal", ["paused", ""], "Ben", ["BO", 8], false],
  [998, "Two-factor app lost with the old phone", "Nadia Kaminski", "solved", "phone", "high", ["", ""], "Clara", ["CV", 1], false],
];

export function rows(current, from = 0, to = TICKETS.length) {
  return TICKETS.slice(from, to)
    .map(([number, subject, who, state, channel, priority, [due, tone], last, assignee, unread]) => `
<li class="row${unread ? " is-unread" : ""}" data-ticket="${number}">
  ${unread ? `<span class="unread"><span class="sr">Unread</span></span>` : ""}
  <a href="/ticket.html"${number === current ? ' aria-current="true"' : ""}><span class="number">#${number}</span> ${subject}</a>
  <span class="meta">
    <span class="state state-${state}">${icon(`state-${state}`)}${STATE[state]}</span>
    <span title="${CHANNEL[channel]}">${icon(channel)}<span class="sr">${CHANNEL[channel]}</span></span>
    <span class="who">${who}</span>
    <span class="last" title="Last word: ${last}">${icon(last === "customer" ? "arrow-down-left" : "corner-up-left")}${last}</span>
  </span>
  ${due ? `<span class="due${tone ? ` is-${tone}` : ""}" title="First reply promised within 4 working hours (Gold)">${tone === "late" ? icon("state-late") : ""}${due}</span>` : ""}
  <span class="side">
    ${priority === "normal" ? "" : `<span class="priority-${priority}" title="${priority} priority">${icon(`priority-${priority}`)}<span class="sr">${priority} priority</span></span>`}
    ${assignee ? `<span class="avatar avatar-s hue-${assignee[1]}" aria-hidden="true">${assignee[0]}</span>` : ""}
  </span>
</li>`)
    .join("");
}
