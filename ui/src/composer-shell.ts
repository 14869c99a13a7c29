// <fl-composer>: the form works without it. It adds the rich editor, files, drafts, recipients and keys.
import type { Editor, Format } from "./composer";
import { h, icon, inert, t } from "./dom";
import { FlRecipients } from "./recipients";
import { forgetDraft, keepDraft, recallDraft } from "./offline";
import { FILES_MOST } from "./kept";
import { toast } from "./toast";

const DRAFT_MS = 2_000;
/** Longer than a touch. */
const SETTLE_MS = 250;

class FlComposer extends HTMLElement {
  private form!: HTMLFormElement;
  private area!: HTMLTextAreaElement;
  private editor?: Editor;
  private dirty = false;
  private saving = false;
  private sent = false;
  private timer = 0;
  private settling = 0;

  connectedCallback(): void {
    const form = this.querySelector("form");
    const area = this.querySelector("textarea");
    if (!form || !area || this.form) return;
    this.form = form;
    this.area = area;
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", (event) => {
      if ((event.target as HTMLInputElement).name === "kind") this.switchKind(true);
    });
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("submit", () => this.submit());
    form.addEventListener("firstline:insert", (event) => this.insert((event as CustomEvent<string>).detail));
    form.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("is-dragging");
    });
    form.addEventListener("dragleave", () => form.classList.remove("is-dragging"));
    form.addEventListener("drop", (event) => {
      form.classList.remove("is-dragging");
      if (event.defaultPrevented || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      for (const file of event.dataTransfer.files) void this.upload(file);
    });
    form.addEventListener("paste", (event) => {
      if (event.defaultPrevented || !event.clipboardData?.files.length) return;
      event.preventDefault();
      for (const file of event.clipboardData.files) void this.upload(file);
    });
    for (const kind of ["focusin", "focusout"]) form.addEventListener(kind, () => this.settle());
    addEventListener("pagehide", this.leave);
    addEventListener("beforeunload", this.warn);
    this.switchKind(false);
    const load = () => void this.mount();
    area.addEventListener("focus", load, { once: true });
    if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 2_000 });
    else setTimeout(load, 300);
  }
  disconnectedCallback(): void {
    this.leave();
    clearTimeout(this.timer);
    removeEventListener("pagehide", this.leave);
    removeEventListener("beforeunload", this.warn);
  }

  private async mount(): Promise<void> {
    const url = this.dataset.editor;
    if (!url || this.editor || this.dataset.loading) return;
    this.dataset.loading = "1";
    let module: typeof import("./composer");
    try {
      module = (await import(url)) as typeof import("./composer");
    } catch {
      return; // The textarea stays, and stays usable.
    }
    if (!this.isConnected) return;
    const focused = document.activeElement === this.area;
    const label = this.form.querySelector(`label[for="${this.area.id}"]`)?.textContent ?? "";
    const place = h("div", { class: "editor-place" });
    this.area.after(place);
    this.editor = module.mount(place, {
      text: this.area.value,
      html: this.dataset.html,
      label,
      placeholder: () => this.area.placeholder,
      parse: inert,
      changed: () => this.touch(),
      upload: (file) => this.upload(file, true),
      askLink: () => window.prompt(t("link-address"), "https://"),
    });
    this.area.hidden = true;
    if (focused) this.editor.focus();
    void this.recall();
  }

  /** On a phone the composer grows while somebody writes, once what was touched has had its effect. */
  private settle(): void {
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.form.classList.toggle("is-writing", this.form.matches(":focus-within")), SETTLE_MS);
  }

  private get kind(): string {
    return this.form.querySelector<HTMLInputElement>('[name="kind"]:checked')?.value ?? "reply";
  }
  private recipients(name: string): FlRecipients | null {
    return this.querySelector(`[data-field="${name}"] fl-recipients`);
  }

  private switchKind(byHand: boolean): void {
    const radio = this.form.querySelector<HTMLInputElement>('[name="kind"]:checked');
    if (!radio) return;
    this.form.dataset.kind = radio.value;
    const label = this.form.querySelector("[data-send-label]");
    if (label && radio.dataset.send) label.textContent = radio.dataset.send;
    if (radio.dataset.hint) {
      this.area.placeholder = radio.dataset.hint;
      this.querySelector("[data-placeholder]")?.setAttribute("data-placeholder", radio.dataset.hint);
    }
    if (byHand)
      for (const name of ["to", "cc"]) {
        const wanted = radio.dataset[name];
        const list = this.recipients(name);
        if (list && wanted !== undefined) list.addresses = wanted.split(",").map((one) => one.trim()).filter(Boolean);
      }
    for (const name of ["cc", "bcc"]) {
      const line = this.querySelector<HTMLElement>(`[data-field="${name}"]`);
      if (line) line.hidden = !this.recipients(name)?.querySelector<HTMLInputElement>("input")?.value && !line.dataset.open;
    }
    if (byHand) {
      if (radio.value === "forward") this.querySelector<HTMLInputElement>('[data-field="to"] input[type="text"]')?.focus();
      else this.focusText();
    }
  }
  private focusText(): void {
    if (this.editor) this.editor.focus();
    else this.area.focus();
  }

  /** Words of a canned reply, where the writer stands. */
  private insert(text: string): void {
    if (this.editor) this.editor.insert(text);
    else {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.focus();
    }
    this.touch();
  }

  private clicked(event: Event): void {
    const target = event.target as Element;
    const toggle = target.closest<HTMLElement>("[data-toggle]");
    if (toggle) {
      const line = this.querySelector<HTMLElement>(`[data-field="${toggle.dataset.toggle}"]`);
      if (!line) return;
      line.hidden = !line.hidden;
      if (line.hidden) delete line.dataset.open;
      else line.dataset.open = "1";
      toggle.setAttribute("aria-expanded", String(!line.hidden));
      if (!line.hidden) line.querySelector<HTMLInputElement>('input[type="text"]')?.focus();
    }
    const format = target.closest<HTMLElement>("[data-format]");
    if (format) this.editor?.run(format.dataset.format as Format);
    if (target.closest("[data-attach]")) {
      const picker = h("input", { type: "file", multiple: true });
      picker.addEventListener("change", () => [...(picker.files ?? [])].forEach((file) => void this.upload(file)));
      picker.click();
    }
    target.closest("[data-remove-file]")?.closest(".attachment")?.remove();
    if (target.closest("[data-send-solve], [data-send-as]")) {
      const status = this.form.querySelector<HTMLSelectElement>('select[name="status"]');
      if (status) status.disabled = true; // The button's own value counts.
    }
  }

  private key(event: KeyboardEvent): void {
    // Enter in the field of the time means the button beside it.
    if (event.key === "Enter" && (event.target as HTMLElement).id === "at") {
      event.preventDefault();
      this.form.querySelector<HTMLButtonElement>('button[name="when"][value="at"]')?.click();
      return;
    }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const wanted = event.shiftKey ? "[data-send-solve]" : "[data-send-button]";
    this.form.querySelector<HTMLButtonElement>(wanted)?.click();
  }

  private submit(): void {
    this.sent = true;
    this.dirty = false;
    clearTimeout(this.timer);
    this.fill();
    // However often this sending arrives, it counts once; the next one is another.
    this.field("key").value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    void forgetDraft(this.ticket);
  }
  private get ticket(): number {
    return Number(this.closest<HTMLElement>("[data-ticket]")?.dataset.ticket ?? 0);
  }
  private field(name: string): HTMLInputElement {
    let input = this.form.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`);
    if (!input) {
      input = h("input", { type: "hidden", name });
      this.form.append(input);
    }
    return input;
  }
  private fill(): void {
    if (!this.editor) return;
    this.area.value = this.editor.text();
    this.field("html").value = this.editor.html();
  }

  private touch(): void {
    this.dirty = true;
    this.sent = false;
    if (!this.timer) this.timer = window.setTimeout(() => { this.timer = 0; void this.saveDraft(); }, DRAFT_MS);
  }
  private draft(): string {
    const value = (name: string) => this.form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? "";
    // What is sent on, and which of its files: a mail that comes in meanwhile changes neither.
    const along = [...this.form.querySelectorAll<HTMLInputElement>('input[name="forward_file"]')];
    const forward = this.kind !== "forward" ? {} : {
      message: value("message"),
      forward_subject: value("forward_subject"),
      ...(along.length ? { forward_file: along.filter((box) => box.checked).map((box) => box.value) } : {}),
    };
    const files = [...this.form.querySelectorAll<HTMLInputElement>('input[name="attachment"]')].map((file) => file.value);
    const more = files.length ? { attachments: files } : {};
    return JSON.stringify({ html: this.editor?.html() ?? null, text: this.editor?.text() ?? this.area.value, to: value("to"), cc: value("cc"), bcc: value("bcc"), kind: this.kind, ...more, ...forward });
  }
  private say(key: string): void {
    const place = this.querySelector(".saved");
    if (place) place.textContent = t(key);
  }
  private async saveDraft(): Promise<void> {
    const url = this.dataset.draftUrl;
    if (!url || !this.dirty || this.saving || this.sent) return;
    this.saving = true;
    this.dirty = false;
    try {
      const response = await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" }, body: this.draft() });
      if (!response.ok) throw new Error(String(response.status));
      this.say("draft-saved");
      void forgetDraft(this.ticket);
    } catch (error) {
      this.dirty = true;
      // Without a connection it is kept on this device until there is one.
      const isHere = error instanceof TypeError && !!this.ticket && (await keepDraft(this.ticket, this.draft()));
      this.say(isHere ? "draft-here" : "draft-failed");
      if (!this.timer) this.timer = window.setTimeout(() => { this.timer = 0; void this.saveDraft(); }, 4 * DRAFT_MS);
    } finally {
      this.saving = false;
    }
  }
  private leave = () => {
    const url = this.dataset.draftUrl;
    if (!url || !this.dirty || this.sent) return;
    this.dirty = false;
    void fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" }, body: this.draft(), keepalive: true }).catch(() => undefined);
  };
  private warn = (event: BeforeUnloadEvent) => {
    if (this.querySelector("[data-uploading]") && !this.sent) event.preventDefault();
  };

  /** Uploads `file`; a picture for the text gives its id back and no line among the attachments. */
  private async upload(file: File, inline = false): Promise<string | null> {
    const remove = h("button", { type: "button", "aria-label": `${t("remove")} ${file.name}` }, icon("x"));
    const line = h("span", { class: "attachment", "data-uploading": true }, icon(file.type.startsWith("image/") ? "image" : "file"), h("span", {}, h("span", { class: "name" }, file.name), h("span", { class: "size" }, size(file.size))), remove);
    remove.addEventListener("click", () => line.remove());
    if (!inline) this.querySelector("[data-files]")?.append(line);
    const body = new FormData();
    body.append("file", file);
    try {
      const response = await fetch(this.dataset.uploadUrl ?? "/api/v1/uploads", { method: "POST", body });
      if (!response.ok) {
        const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
        throw new Error(problem.detail ?? problem.title ?? String(response.status));
      }
      const { id } = (await response.json()) as { id: string };
      line.removeAttribute("data-uploading");
      const hidden = h("input", { type: "hidden", name: "attachment", value: id });
      if (inline) this.form.append(hidden);
      else line.append(hidden);
      return id;
    } catch (error) {
      // No connection: it goes with the form itself, and waits with it.
      const why = error instanceof TypeError ? this.bring(file, line) : error instanceof Error ? error.message : "";
      if (why === "") return null;
      line.remove();
      toast(t("upload-failed", { name: file.name, why }));
      return null;
    }
  }
  /** Puts the file itself into the form; gives the reason why not, or "". */
  private bring(file: File, line: HTMLElement): string {
    const others = [...this.form.querySelectorAll<HTMLInputElement>('input[data-brought]')];
    const bytes = others.reduce((sum, input) => sum + (input.files?.[0]?.size ?? 0), file.size);
    if (bytes > FILES_MOST) return t("offline-files", { most: size(FILES_MOST) });
    const held = new DataTransfer();
    held.items.add(file);
    const input = h("input", { type: "file", name: "file", hidden: true, "data-brought": true });
    input.files = held.files;
    line.removeAttribute("data-uploading");
    line.append(input);
    if (!line.isConnected) this.querySelector("[data-files]")?.append(line);
    return "";
  }

  /** What was written here without a connection comes back; what the desk has meanwhile stands below it. */
  private async recall(): Promise<void> {
    const kept = this.ticket ? await recallDraft(this.ticket) : undefined;
    const text = kept?.text?.trim() ?? "";
    if (!kept || !text || !this.isConnected) return;
    const own = (this.editor?.text() ?? this.area.value).trim();
    const isOld = !!document.documentElement.dataset.asOf;
    if (own === text) return void (isOld || forgetDraft(this.ticket));
    const radio = this.form.querySelector<HTMLInputElement>(`[name="kind"][value="${CSS.escape(kept.kind ?? "")}"]`);
    if (radio && !radio.checked) {
      radio.checked = true;
      this.switchKind(false);
    }
    // What the desk has may be the beginning of it, or another one from another device.
    const both = isOld || text.startsWith(own) ? undefined : `${kept.text}\n\n${own}`;
    if (this.editor) this.editor.replace(both ?? kept.text ?? "", both ? null : kept.html);
    else this.area.value = both ?? kept.text ?? "";
    this.touch();
  }
}
customElements.define("fl-composer", FlComposer);

/** Bytes as a person reads them, and as the server writes them. */
function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.floor(bytes / 1e3)} KB`;
  if (bytes >= 1e7) return `${Math.floor(bytes / 1e6)} MB`;
  return `${new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(bytes / 1e6)} MB`;
}
