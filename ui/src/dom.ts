// Making elements without markup strings: text stays text, and the policy of trusted types holds.

type Child = Node | string | null | undefined | false;

/** An element with attributes and children; `true` sets an empty attribute, `false` and `null` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | null> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite the page already uses. */
export function icon(name: string): SVGSVGElement {
  const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "/assets/icons.svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** A phrase in the reader's language; the page brings those that scripts need as `data-…` of `#words`. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = document.getElementById("words")?.getAttribute(`data-${key}`);
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Whether keys typed at `target` belong to a text. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]');
}

interface Policy { createHTML(text: string): string; createScriptURL(text: string): string }
const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
// The only way from text to markup. It serves pages and drafts of our own origin, parsed into an inert
// document; nothing else may use it.
const rules: Policy = {
  createHTML: (text) => text,
  createScriptURL: (text) => {
    if (text !== WORKER) throw new TypeError("no script of ours");
    return text;
  },
};
const policy: Policy = factory?.createPolicy("firstline", rules) ?? rules;

const WORKER = "/worker.js";
/** The address of the service worker, which the policy of trusted types asks for as well. */
export const worker = (): string => policy.createScriptURL(WORKER);

/** An inert document: scripts in it never run, pictures are not loaded. */
export function inert(html: string): Document {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}
