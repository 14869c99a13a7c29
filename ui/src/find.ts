// <fl-find>: a list that gets shorter as one types in its field. Enter goes to the first of what is left, the arrows move.

const fold = (text: string) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

class FlFind extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector("input");
    input?.addEventListener("input", () => this.show(input.value));
    this.addEventListener("keydown", (event) => {
      const links = [...this.querySelectorAll<HTMLAnchorElement>("li:not([hidden]) a")];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      if (event.key === "Enter" && event.target === input) links[0]?.click();
      else if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
      else if (event.key === "ArrowUp") (at <= 0 ? input : links[at - 1])?.focus();
      else return;
      event.preventDefault();
    });
  }
  private show(typed: string): void {
    const words = fold(typed).split(/\s+/).filter(Boolean);
    for (const item of this.querySelectorAll<HTMLElement>("li")) {
      const text = fold(item.textContent ?? "");
      item.hidden = !words.every((word) => text.includes(word));
    }
  }
}
customElements.define("fl-find", FlFind);
