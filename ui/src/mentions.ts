// <fl-mentions data-list="/api/v1/tickets/7/mentionable">: "@" where a word of a note begins opens the colleagues and
// teams; it finds as one types, arrows choose, Enter or Tab puts the name where the cursor stands, Escape leaves what was
// typed. Whoever may not see the ticket is shown and says so. In an answer to a customer "@" is just a sign.
import { wordBefore } from "./canned";
import { h, icon } from "./dom";

interface One { kind: string; id: string; name: string; handle: string; may_see: boolean; away_until: string | null }

const fold = (text: string) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const SHOWN = 8;

class FlMentions extends HTMLElement {
  private dialog?: HTMLDialogElement;
  private input!: HTMLInputElement;
  private list!: HTMLUListElement;
  private all?: Promise<One[]>;
  private shown: One[] = [];
  private chosen = 0;
  private said = false;

  private get form(): HTMLFormElement | null {
    return this.closest("form");
  }
  connectedCallback(): void {
    this.form?.addEventListener("keydown", this.at, true);
  }
  disconnectedCallback(): void {
    this.form?.removeEventListener("keydown", this.at, true);
    this.dialog?.remove();
  }

  /** "@" at the beginning of a word in a note. */
  private at = (event: KeyboardEvent): void => {
    if (event.key !== "@" || event.isComposing || this.form?.querySelector<HTMLInputElement>('[name="kind"]:checked')?.value !== "note") return;
    const before = wordBefore(event.target as HTMLElement);
    if (before === null || !/^[([{"'„“«]*$/.test(before)) return;
    event.preventDefault();
    event.stopPropagation();
    this.open();
  };

  private build(): HTMLDialogElement {
    this.input = h("input", { class: "palette-input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "mention-list", "aria-autocomplete": "list", "aria-label": this.dataset.filter ?? "", placeholder: this.dataset.filter ?? "", autocomplete: "off", spellcheck: "false" });
    this.list = h("ul", { id: "mention-list", role: "listbox", "aria-label": this.dataset.filter ?? "" });
    const dialog = h("dialog", { class: "palette mentions", "aria-label": this.dataset.filter ?? "" }, this.input, this.list);
    this.input.addEventListener("input", () => void this.show());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.choose(this.chosen + 1);
      else if (event.key === "ArrowUp") this.choose(this.chosen - 1);
      else if (event.key === "Enter" || event.key === "Tab") this.insert();
      else return;
      event.preventDefault();
    });
    // Whoever wanted a sign, or another word behind it, gets what they typed.
    dialog.addEventListener("close", () => {
      if (!this.said) this.say(`@${this.input.value}`);
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    document.body.append(dialog);
    return dialog;
  }

  private open(): void {
    const from = this.cursor();
    this.dialog ??= this.build();
    this.said = false;
    this.input.value = "";
    if (!this.dialog.open) this.dialog.showModal();
    this.place(from);
    this.input.focus();
    void this.show();
  }
  private cursor(): DOMRect | undefined {
    const at = getSelection();
    const range = at?.rangeCount ? at.getRangeAt(0).getBoundingClientRect() : undefined;
    return range?.height ? range : this.form?.querySelector(".ProseMirror, textarea:not([hidden])")?.getBoundingClientRect();
  }
  /** Above where the cursor stood, if there is room. */
  private place(from: DOMRect | undefined): void {
    if (!from || !this.dialog || innerWidth < 640) return;
    this.dialog.style.insetInlineStart = `${Math.max(8, Math.min(from.left, innerWidth - 340))}px`;
    this.dialog.style.insetBlockEnd = `${Math.max(8, innerHeight - from.top + 6)}px`;
    this.dialog.classList.add("is-placed");
  }

  private async fetchAll(): Promise<One[]> {
    const response = await fetch(this.dataset.list ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return ((await response.json()) as { items: One[] }).items;
  }
  private async show(): Promise<void> {
    this.all ??= this.fetchAll();
    let all: One[] = [];
    try {
      all = await this.all;
    } catch {
      this.all = undefined; // Asked again when it is opened again.
    }
    const typed = fold(this.input.value.trim());
    const begins = (name: string) => fold(name).startsWith(typed) || fold(name).split(/[\s.]+/).some((word) => word.startsWith(typed));
    this.shown = all.filter((one) => begins(one.name) || begins(one.handle)).slice(0, SHOWN);
    this.list.replaceChildren(...this.shown.map((one, at) => this.option(one, at)));
    if (!this.shown.length) this.list.append(h("li", { class: "none", role: "presentation" }, this.dataset.none ?? ""));
    this.choose(0);
  }
  private option(one: One, at: number): HTMLLIElement {
    const hint = !one.may_see ? this.dataset.blind : one.away_until ? this.dataset.away : "";
    const picture = one.kind === "team" ? "users" : one.may_see ? "user" : "eye-off";
    const option = h("li", { role: "option", id: `mention-${at}`, "aria-selected": "false", class: one.may_see ? null : "is-blind" }, icon(picture), h("span", { class: "label" }, one.name), hint ? h("small", {}, hint) : null);
    option.addEventListener("click", () => { this.choose(at); this.insert(); });
    option.addEventListener("pointermove", () => at !== this.chosen && this.choose(at));
    return option;
  }
  private choose(at: number): void {
    this.chosen = Math.max(0, Math.min(this.shown.length - 1, at));
    const options = [...this.list.querySelectorAll<HTMLElement>('[role="option"]')];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.chosen)));
    const option = options[this.chosen];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  private insert(): void {
    const one = this.shown[this.chosen];
    this.said = !!one;
    this.dialog?.close();
    if (one) this.say(`@${one.handle} `);
  }
  private say(text: string): void {
    this.form?.dispatchEvent(new CustomEvent("firstline:insert", { detail: text }));
  }
}
customElements.define("fl-mentions", FlMentions);
