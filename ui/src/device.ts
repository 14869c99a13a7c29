// <fl-device>: what this device keeps, and what waits on it to be sent. Everything stands in this browser alone.
import { about, outbox, pages, session } from "./kept";
import { h, icon, t } from "./dom";
import { actor, buttons, clock, isSupported, reason, tellWorker, whenChanged } from "./offline";

class FlDevice extends HTMLElement {
  connectedCallback(): void {
    if (!isSupported) {
      this.querySelector<HTMLElement>("[data-unsupported]")?.removeAttribute("hidden");
      return;
    }
    for (const part of this.querySelectorAll<HTMLElement>("[data-supported]")) part.hidden = false;
    const box = this.querySelector<HTMLInputElement>("[data-keeps]");
    box?.addEventListener("change", () => void this.keep(box.checked));
    whenChanged(() => void this.show());
    void this.show();
  }

  private async keep(on: boolean): Promise<void> {
    if (on) await about.remove("off");
    else {
      await about.set("off", true);
      await pages.remove((await pages.names()).filter((name) => name !== "/offline"));
    }
    await this.show();
    if (on) await tellWorker("refresh");
  }

  private async show(): Promise<void> {
    const owner = await session();
    const box = this.querySelector<HTMLInputElement>("[data-keeps]");
    const isOff = (await about.get<boolean>("off")) === true;
    if (box) box.checked = !isOff;
    const names = owner?.who === actor ? await pages.names() : [];
    const tickets = names.filter((name) => name.startsWith("/t/")).length;
    const refreshed = (await about.get<number>("refreshed")) ?? 0;
    const state = this.querySelector<HTMLElement>("[data-state]");
    if (state) state.textContent = isOff ? (this.dataset.off ?? "") : names.length ? (this.dataset.kept ?? "").replace("{n}", String(tickets)).replace("{time}", clock(refreshed)) : (this.dataset.nothing ?? "");
    const lists = (owner?.lists ?? []).filter((list) => names.includes(`/tickets?view=${list.view}`));
    this.querySelector("[data-lists]")?.replaceChildren(...lists.map((list) => h("li", {}, h("a", { class: "button", href: `/tickets?view=${list.view}` }, icon("inbox"), list.name))));
    await this.showOutbox();
  }

  private async showOutbox(): Promise<void> {
    const owner = await session();
    const all = owner?.who === actor ? await outbox.of(owner) : [];
    const place = this.querySelector<HTMLElement>("[data-outbox]");
    const none = this.querySelector<HTMLElement>("[data-none]");
    if (!place) return;
    if (none) none.hidden = all.length > 0;
    place.hidden = all.length === 0;
    place.replaceChildren(...all.map(({ row, letter }) => {
      const [tone, shape] = row.state === "sent" ? ["done", "circle-check"] : row.state === "stopped" ? ["late", "circle-alert"] : ["wait", "clock"];
      const words = this.dataset[row.state] ?? "";
      return h("li", { class: "letter", "data-letter": row.state },
        h("div", { class: "letter-head" },
          h("span", { class: `state is-${tone}` }, icon(shape), words),
          h("a", { href: `/t/${letter.ticket}` }, h("span", { class: "number" }, `#${letter.ticket}`), ` ${letter.subject}`),
          h("time", { datetime: new Date(row.ended ?? row.made).toISOString() }, clock(row.ended ?? row.made))),
        h("p", {}, letter.kind === "note" && icon("lock"), letter.excerpt),
        row.state === "stopped" && h("p", { class: "field-error" }, icon("circle-alert"), reason(row)),
        row.state !== "sent" && h("div", { class: "actions" }, ...buttons(row, letter)));
    }));
    const foot = this.querySelector<HTMLElement>("[data-sealed]");
    const others = (await outbox.all()).filter((row) => row.who !== actor).length;
    if (foot) {
      foot.hidden = others === 0;
      foot.textContent = (this.dataset.sealed ?? "").replace("{n}", String(others));
    }
  }
}
customElements.define("fl-device", FlDevice);
