// <fl-canned>: the picker of canned replies. The button opens it, and so does "/" where a word begins. It finds as one
// types, shows the text filled in for the ticket, and Enter puts it where the cursor stands. Nothing is sent.
import { h, icon } from "./dom";
import { toast } from "./toast";

interface Reply { id: string; name: string; folder: string; uses: number }
interface Filled { text: string; faults: { title: string }[] }

const PREVIEW_MS = 80;
/** Pages of 200 that are fetched at most. */
const PAGES = 5;

const fold = (text: string) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

class FlCanned extends HTMLElement {
  private dialog?: HTMLDialogElement;
  private input!: HTMLInputElement;
  private list!: HTMLUListElement;
  private preview!: HTMLElement;
  private replies?: Promise<Reply[]>;
  private shown: Reply[] = [];
  private chosen = 0;
  private timer = 0;
  private bySlash = false;

  private get form(): HTMLFormElement | null {
    return this.closest("form");
  }
  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>("[data-open-canned]");
    if (!button || button.type === "button") return;
    button.type = "button";
    button.addEventListener("click", () => this.open(false));
    this.form?.addEventListener("keydown", this.slash, true);
  }
  disconnectedCallback(): void {
    this.form?.removeEventListener("keydown", this.slash, true);
    this.dialog?.remove();
    clearTimeout(this.timer);
  }

  /** "/" at the beginning of a word in the text. */
  private slash = (event: KeyboardEvent): void => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const before = wordBefore(event.target as HTMLElement);
    if (before === null || before !== "") return;
    event.preventDefault();
    event.stopPropagation();
    this.open(true);
  };

  private build(): HTMLDialogElement {
    this.input = h("input", { class: "palette-input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "canned-list", "aria-autocomplete": "list", "aria-label": this.dataset.filter ?? "", placeholder: this.dataset.filter ?? "", autocomplete: "off", spellcheck: "false" });
    this.list = h("ul", { id: "canned-list", role: "listbox", "aria-label": this.dataset.title ?? "" });
    this.preview = h("div", { class: "canned-preview pre", "aria-live": "polite" });
    const manage = h("a", { href: "/admin/canned", class: "button button-quiet button-small" }, this.dataset.manage ?? "");
    const dialog = h("dialog", { class: "palette canned", "aria-label": this.dataset.title ?? "" }, this.input, h("div", { class: "canned-columns" }, this.list, this.preview), h("div", { class: "canned-foot" }, manage));
    this.input.addEventListener("input", () => void this.show());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.choose(this.chosen + 1);
      else if (event.key === "ArrowUp") this.choose(this.chosen - 1);
      else if (event.key === "Enter") void this.insert();
      else return;
      event.preventDefault();
    });
    dialog.addEventListener("cancel", () => {
      // Whoever wanted a stroke gets one.
      if (this.bySlash && !this.input.value) this.say("/");
    });
    document.body.append(dialog);
    return dialog;
  }

  private open(bySlash: boolean): void {
    this.dialog ??= this.build();
    this.bySlash = bySlash;
    this.input.value = "";
    this.preview.textContent = "";
    if (!this.dialog.open) this.dialog.showModal();
    this.input.focus();
    void this.show();
  }

  private async fetchAll(): Promise<Reply[]> {
    const all: Reply[] = [];
    let cursor: string | null = "";
    for (let page = 0; page < PAGES && cursor !== null; page++) {
      const response: Response = await fetch(`${this.dataset.list}?limit=200${cursor ? `&cursor=${cursor}` : ""}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const found = (await response.json()) as { items: Reply[]; next: string | null };
      all.push(...found.items);
      cursor = found.next;
    }
    return all.sort((a, b) => a.folder.localeCompare(b.folder) || a.name.localeCompare(b.name));
  }

  private async show(): Promise<void> {
    this.replies ??= this.fetchAll();
    let all: Reply[] = [];
    try {
      all = await this.replies;
    } catch {
      this.replies = undefined; // Asked again when it is opened again.
    }
    const words = fold(this.input.value).split(/\s+/).filter(Boolean);
    this.shown = all.filter((reply) => words.every((word) => fold(`${reply.folder} ${reply.name}`).includes(word)));
    this.list.replaceChildren();
    let folder = "";
    this.shown.forEach((reply, at) => {
      if (reply.folder !== folder) {
        folder = reply.folder;
        this.list.append(h("li", { class: "group", role: "presentation" }, folder));
      }
      const option = h("li", { role: "option", id: `canned-${at}`, "aria-selected": "false" }, icon("message-square-quote"), h("span", { class: "label" }, reply.name));
      option.addEventListener("click", () => { this.choose(at); void this.insert(); });
      option.addEventListener("pointermove", () => at !== this.chosen && this.choose(at));
      this.list.append(option);
    });
    if (!this.shown.length) this.list.append(h("li", { class: "none", role: "presentation" }, this.dataset.none ?? ""));
    this.choose(0);
  }

  private choose(at: number): void {
    this.chosen = Math.max(0, Math.min(this.shown.length - 1, at));
    const options = [...this.list.querySelectorAll<HTMLElement>('[role="option"]')];
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.chosen)));
    const option = options[this.chosen];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
    clearTimeout(this.timer);
    const reply = this.shown[this.chosen];
    if (!reply) this.preview.textContent = "";
    else this.timer = window.setTimeout(() => void this.look(reply), PREVIEW_MS);
  }

  private async look(reply: Reply): Promise<void> {
    const filled = await this.fill(reply, "GET");
    if (!filled || this.shown[this.chosen] !== reply) return;
    this.preview.replaceChildren(filled.text, ...filled.faults.map((fault) => h("p", { class: "field-error" }, icon("triangle-alert"), fault.title)));
  }
  private async fill(reply: Reply, method: "GET" | "POST"): Promise<Filled | null> {
    const response = await fetch(`${this.dataset.fill}${reply.id}`, { method, headers: { Accept: "application/json" } }).catch(() => null);
    return response?.ok ? ((await response.json()) as Filled) : null;
  }

  private async insert(): Promise<void> {
    const reply = this.shown[this.chosen];
    if (!reply) return;
    const filled = await this.fill(reply, "POST");
    if (!filled) return;
    this.dialog?.close();
    this.say(filled.text);
    if (filled.faults.length) toast(`${this.dataset.faults}: ${filled.faults.map((fault) => fault.title).join("; ")}`);
  }
  private say(text: string): void {
    this.form?.dispatchEvent(new CustomEvent("firstline:insert", { detail: text }));
  }
}
customElements.define("fl-canned", FlCanned);

/** What stands between the last blank and the cursor; null outside of the composer's text. */
export function wordBefore(target: HTMLElement): string | null {
  let text: string;
  if (target instanceof HTMLTextAreaElement) text = target.value.slice(0, target.selectionStart);
  else if (target.closest?.(".ProseMirror")) {
    const at = getSelection();
    if (!at?.anchorNode || !at.isCollapsed) return at?.isCollapsed === false ? "" : null;
    text = at.anchorNode.nodeType === Node.TEXT_NODE ? (at.anchorNode.textContent ?? "").slice(0, at.anchorOffset) : "";
  } else return null;
  return /\S*$/.exec(text)?.[0] ?? "";
}
