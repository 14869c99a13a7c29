// <fl-board>: a card is dragged to another column. It does what the card's own menu does.

class FlBoard extends HTMLElement {
  private held: HTMLElement | null = null;
  connectedCallback(): void {
    for (const card of this.querySelectorAll<HTMLElement>(".card-ticket")) if (card.querySelector("form")) card.draggable = true;
    this.addEventListener("dragstart", (event) => {
      this.held = (event.target as Element).closest<HTMLElement>(".card-ticket");
      if (!this.held || !event.dataTransfer) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", `#${this.held.dataset.ticket ?? ""}`);
      this.held.classList.add("is-held");
    });
    this.addEventListener("dragend", () => {
      this.held?.classList.remove("is-held");
      this.held = null;
      this.over(null);
    });
    this.addEventListener("dragover", (event) => {
      const column = this.target(event);
      if (!column) return;
      event.preventDefault();
      this.over(column);
    });
    this.addEventListener("drop", (event) => {
      const column = this.target(event);
      if (!column || !this.held) return;
      event.preventDefault();
      const button = [...this.held.querySelectorAll<HTMLButtonElement>('form button[name="status"]')].find((one) => one.value === column.dataset.category);
      // The card stands where it was dropped at once; the page that comes says what became of it.
      column.querySelector(".cards, .board-empty")?.before(this.held);
      button?.form?.requestSubmit(button);
    });
  }
  /** The column under the pointer, unless the card is there already. */
  private target(event: DragEvent): HTMLElement | null {
    const column = (event.target as Element).closest<HTMLElement>(".board-column");
    return this.held && column && !column.contains(this.held) ? column : null;
  }
  private over(column: HTMLElement | null): void {
    for (const one of this.querySelectorAll(".board-column")) one.classList.toggle("is-over", one === column);
  }
}
customElements.define("fl-board", FlBoard);
