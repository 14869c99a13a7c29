// <fl-recipients><input name="to" value="a@b, c@d"></fl-recipients>: addresses as chips; the input stays what is sent.
// With data-of="tags" they are tags, and what is added or taken away is a change of the input.
import { h, icon, t } from "./dom";

const ADDRESS = /^(?:[^<>@,;]*<)?[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+>?$/;

export class FlRecipients extends HTMLElement {
  private field!: HTMLInputElement;
  private entry!: HTMLInputElement;
  private options!: HTMLDataListElement;
  private timer = 0;

  connectedCallback(): void {
    const field = this.querySelector("input");
    if (!field || this.entry) return;
    this.field = field;
    const id = field.id;
    field.type = "hidden";
    field.removeAttribute("id");
    this.classList.add("chips");
    this.options = h("datalist", { id: `${id}-options` });
    this.entry = h("input", { id, type: "text", inputmode: this.isTags ? "text" : "email", autocomplete: "off", list: `${id}-options`, spellcheck: "false", placeholder: this.isTags && !field.value ? field.placeholder : null, "aria-invalid": field.getAttribute("aria-invalid"), "aria-describedby": field.getAttribute("aria-describedby") });
    this.append(this.entry, this.options);
    this.entry.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "," || event.key === ";") {
        if (event.key === "Enter" && !this.entry.value) return;
        event.preventDefault();
        this.commit();
      } else if (event.key === "Backspace" && !this.entry.value) {
        this.addresses = this.addresses.slice(0, -1);
      }
    });
    this.entry.addEventListener("blur", () => this.commit());
    this.entry.addEventListener("change", (event) => event.stopPropagation());
    this.entry.addEventListener("input", () => this.suggest());
    this.entry.addEventListener("paste", () => setTimeout(() => /[,;\n]/.test(this.entry.value) && this.commit()));
    this.draw();
  }
  private get isTags(): boolean {
    return this.dataset.of === "tags";
  }
  /** Where somebody types. */
  focusEntry(): void {
    this.entry.focus();
  }
  get addresses(): string[] {
    return this.field.value.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);
  }
  set addresses(list: string[]) {
    this.field.value = [...new Set(list)].join(", ");
    this.draw();
    this.dispatchEvent(new Event("input", { bubbles: true }));
    if (this.isTags) this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  private commit(): void {
    const typed = this.entry.value.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);
    this.entry.value = "";
    if (typed.length) this.addresses = [...this.addresses, ...typed];
  }
  private draw(): void {
    this.querySelectorAll(".chip").forEach((chip) => chip.remove());
    for (const address of this.addresses) {
      const wrong = !this.isTags && !ADDRESS.test(address);
      const remove = h("button", { type: "button", "aria-label": `${t("remove")} ${address}` }, icon("x"));
      remove.addEventListener("click", () => {
        this.addresses = this.addresses.filter((one) => one !== address);
        this.entry.focus();
      });
      this.entry.before(h("span", { class: wrong ? "chip is-wrong" : "chip", title: wrong ? t("wrong-address") : null }, h("span", {}, address), remove));
    }
  }
  private suggest(): void {
    clearTimeout(this.timer);
    const typed = this.entry.value.trim();
    if (typed.length < (this.isTags ? 1 : 2)) return;
    this.timer = window.setTimeout(async () => {
      if (this.isTags) {
        const response = await fetch(`/api/v1/tags?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } }).catch(() => null);
        if (!response?.ok) return;
        const { items } = (await response.json()) as { items: { tag: string }[] };
        this.options.replaceChildren(...items.map((item) => h("option", { value: item.tag })));
        return;
      }
      const response = await fetch(`/api/v1/contacts?limit=8&q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!response?.ok) return;
      const answer = (await response.json()) as { items: { name?: string; email?: string }[] };
      this.options.replaceChildren(...answer.items.filter((item) => item.email).map((item) => h("option", { value: item.email ?? "" }, item.name ?? "")));
    }, 150);
  }
}
customElements.define("fl-recipients", FlRecipients);
