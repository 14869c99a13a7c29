// The rich editor, loaded when somebody is about to write. Knows marks and blocks that survive in mail, no more.
import { baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { dropCursor } from "prosemirror-dropcursor";
import { history, redo, undo } from "prosemirror-history";
import { inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { DOMParser as ModelParser, DOMSerializer, type MarkType, type Node, type NodeType, Schema, Slice } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, EditorState, Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";

export type Format = "bold" | "italic" | "link" | "bullets" | "numbers" | "quote" | "code";

export interface Options {
  text: string;
  html: string | undefined;
  label: string;
  /** Asked for each time it is shown: it differs for a note and a forward. */
  placeholder: () => string;
  /** Text to an inert document; the one place that may is `dom.ts`. */
  parse(html: string): Document;
  changed(): void;
  /** Uploads a picture for the text; its id, or null when that failed. */
  upload(file: File): Promise<string | null>;
  /** The address a link shall have; null leaves it. */
  askLink(): string | null;
}

export interface Editor {
  html(): string;
  text(): string;
  focus(): void;
  /** Puts plain words where the cursor stands; what is chosen goes. */
  insert(text: string): void;
  run(format: Format): void;
}

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }, { tag: "div" }], toDOM: () => ["p", 0] },
    blockquote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    code_block: { content: "text*", marks: "", group: "block", code: true, defining: true, parseDOM: [{ tag: "pre", preserveWhitespace: "full" }], toDOM: () => ["pre", ["code", 0]] },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    ordered_list: { content: "list_item+", group: "block", attrs: { order: { default: 1 } }, parseDOM: [{ tag: "ol", getAttrs: (dom) => ({ order: Number(dom.getAttribute("start") ?? 1) }) }], toDOM: (node) => (node.attrs.order === 1 ? ["ol", 0] : ["ol", { start: String(node.attrs.order) }, 0]) },
    list_item: { content: "paragraph block*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    text: { group: "inline" },
    image: {
      inline: true,
      group: "inline",
      draggable: true,
      attrs: { src: {}, alt: { default: "" }, upload: {} },
      // Only pictures uploaded here: a pasted address of elsewhere would be fetched by whoever reads the mail.
      // A draft names them as the mail will (`cid:`): here they are where uploads are.
      parseDOM: [{ tag: "img[data-upload]", getAttrs: (dom) => { const upload = dom.getAttribute("data-upload") ?? ""; const src = dom.getAttribute("src") ?? ""; return /^\d+$/.test(upload) && { src: src.startsWith("blob:") ? src : `/attachments/${upload}`, alt: dom.getAttribute("alt") ?? "", upload }; } }],
      toDOM: (node) => ["img", { src: node.attrs.src as string, alt: node.attrs.alt as string, "data-upload": node.attrs.upload as string }],
    },
    hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  },
  marks: {
    link: {
      attrs: { href: {} },
      inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: (dom) => { const href = dom.getAttribute("href") ?? ""; return SAFE_LINK.test(href) ? { href } : false; } }],
      toDOM: (mark) => ["a", { href: mark.attrs.href as string, rel: "noopener noreferrer" }, 0],
    },
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }], toDOM: () => ["em", 0] },
    strong: { parseDOM: [{ tag: "strong" }, { tag: "b", getAttrs: (dom) => dom.style.fontWeight !== "normal" && null }], toDOM: () => ["strong", 0] },
    code: { parseDOM: [{ tag: "code" }], toDOM: () => ["code", 0] },
  },
});
const node = schema.nodes as Record<string, NodeType> & Record<"paragraph" | "blockquote" | "code_block" | "bullet_list" | "ordered_list" | "list_item" | "hard_break" | "image", NodeType>;
const mark = schema.marks as Record<string, MarkType> & Record<"link" | "em" | "strong" | "code", MarkType>;

function fromText(text: string): Node {
  const paragraphs = text.split(/\n{2,}/).map((part) => {
    const inline = part.split("\n").flatMap((line, at) => [...(at ? [node.hard_break.create()] : []), ...(line ? [schema.text(line)] : [])]);
    return node.paragraph.create(null, inline);
  });
  return schema.node("doc", null, paragraphs);
}

/** Whatever the draft says, only what the schema knows comes in. */
function fromHtml(html: string, parse: (html: string) => Document): Node {
  return ModelParser.fromSchema(schema).parse(parse(html).body);
}

/** Lines of the plain-text part: quotes with "> ", lists with "- ", links with their address. */
function toText(from: Node): string {
  const inline = (block: Node): string => {
    let out = "";
    block.forEach((child) => {
      if (child.isText) {
        const link = child.marks.find((one) => one.type === mark.link)?.attrs.href as string | undefined;
        out += link && link !== child.text && link !== `mailto:${child.text}` ? `${child.text} <${link}>` : child.text;
      } else if (child.type === node.hard_break) out += "\n";
      else if (child.type === node.image) out += child.attrs.alt ? `[${child.attrs.alt as string}]` : "";
    });
    return out;
  };
  const block = (one: Node): string => {
    if (one.isTextblock) return inline(one);
    const parts: string[] = [];
    one.forEach((child, _, at) => {
      if (child.type === node.list_item) {
        const bullet = one.type === node.ordered_list ? `${Number(one.attrs.order) + at}. ` : "- ";
        parts.push(bullet + block(child).replace(/\n/g, `\n${" ".repeat(bullet.length)}`));
      } else parts.push(block(child));
    });
    const tight = one.type === node.bullet_list || one.type === node.ordered_list;
    const text = parts.join(tight ? "\n" : "\n\n");
    return one.type === node.blockquote ? text.replace(/^/gm, "> ") : text;
  };
  return block(from).trim();
}

function toHtml(from: Node): string {
  const holder = document.implementation.createHTMLDocument("").createElement("div");
  holder.append(DOMSerializer.fromSchema(schema).serializeFragment(from.content, { document: holder.ownerDocument }));
  // The mail names an inline picture by its upload; the preview's address means nothing elsewhere.
  for (const image of holder.querySelectorAll("img[data-upload]")) image.setAttribute("src", `cid:${image.getAttribute("data-upload")}`);
  return from.textContent || holder.querySelector("img") ? holder.innerHTML : "";
}

const placeholder = (text: () => string) =>
  new Plugin({
    props: {
      attributes: (state): Record<string, string> => {
        const only = state.doc.firstChild;
        const empty = state.doc.childCount === 1 && !!only?.isTextblock && only.content.size === 0;
        return empty ? { class: "is-blank", "data-placeholder": text() } : {};
      },
    },
  });

/** Puts an editor into `place`. */
export function mount(place: HTMLElement, options: Options): Editor {
  const link: Command = (state, dispatch) => {
    if (state.selection.empty && !mark.link.isInSet(state.selection.$from.marks())) return false;
    if (state.doc.rangeHasMark(state.selection.from, state.selection.to, mark.link)) return toggleMark(mark.link)(state, dispatch);
    const typed = options.askLink()?.trim();
    if (!typed) return true;
    const href = SAFE_LINK.test(typed) ? typed : typed.includes("@") ? `mailto:${typed}` : `https://${typed}`;
    return toggleMark(mark.link, { href })(state, dispatch);
  };
  const hardBreak: Command = chainCommands(exitCode, (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(node.hard_break.create()).scrollIntoView());
    return true;
  });
  const quote: Command = chainCommands((state, dispatch, view) => {
    const { $from } = state.selection;
    for (let depth = $from.depth; depth > 0; depth--) if ($from.node(depth).type === node.blockquote) return lift(state, dispatch, view);
    return false;
  }, wrapIn(node.blockquote));
  const code: Command = (state, dispatch) => {
    const block = state.selection.$from.parent.type === node.code_block;
    if (block) return setBlockType(node.paragraph)(state, dispatch);
    return state.selection.empty ? setBlockType(node.code_block)(state, dispatch) : toggleMark(mark.code)(state, dispatch);
  };
  const list = (type: NodeType): Command => chainCommands((state, dispatch) => {
    const { $from } = state.selection;
    return $from.depth > 1 && $from.node(-1).type === node.list_item ? liftListItem(node.list_item)(state, dispatch) : false;
  }, wrapInList(type));
  const commands: Record<Format, Command> = { bold: toggleMark(mark.strong), italic: toggleMark(mark.em), link, bullets: list(node.bullet_list), numbers: list(node.ordered_list), quote, code };

  const state = EditorState.create({
    doc: options.html ? fromHtml(options.html, options.parse) : fromText(options.text),
    plugins: [
      inputRules({
        rules: [
          wrappingInputRule(/^\s*([-*])\s$/, node.bullet_list),
          wrappingInputRule(/^(\d+)\.\s$/, node.ordered_list, (match) => ({ order: Number(match[1]) })),
          wrappingInputRule(/^\s*>\s$/, node.blockquote),
          textblockTypeInputRule(/^```$/, node.code_block),
        ],
      }),
      keymap({ "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "Mod-b": commands.bold, "Mod-i": commands.italic, "Mod-Shift-k": link, "Shift-Enter": hardBreak, Enter: splitListItem(node.list_item), Tab: sinkListItem(node.list_item), "Shift-Tab": liftListItem(node.list_item) }),
      keymap(Object.fromEntries(Object.entries(baseKeymap).filter(([key]) => key !== "Mod-Enter"))),
      history(),
      dropCursor(),
      placeholder(options.placeholder),
    ],
  });

  const insertPicture = async (file: File) => {
    const id = await options.upload(file);
    if (!id) return;
    const image = node.image.create({ src: URL.createObjectURL(file), alt: file.name, upload: id });
    view.dispatch(view.state.tr.replaceSelectionWith(image));
  };
  /** Pictures go into the text; other files are left to the form, which attaches them. */
  const takePictures = (event: Event, files: FileList | undefined): boolean => {
    const list = [...(files ?? [])];
    if (!list.length || !list.every((file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type))) return false;
    event.preventDefault();
    list.forEach((file) => void insertPicture(file));
    return true;
  };

  const view: EditorView = new EditorView(place, {
    state,
    attributes: { class: "editor prose", role: "textbox", "aria-multiline": "true", "aria-label": options.label },
    dispatchTransaction(transaction) {
      view.updateState(view.state.apply(transaction));
      if (transaction.docChanged) options.changed();
    },
    // The editor would swallow it; here it leads out of the text, so that single keys work again.
    handleKeyDown: (view, event) => {
      if (event.key !== "Escape") return false;
      view.dom.blur();
      return true;
    },
    handlePaste: (_, event) => takePictures(event, event.clipboardData?.files),
    handleDrop: (_, event) => takePictures(event, event.dataTransfer?.files),
  });

  return {
    html: () => toHtml(view.state.doc),
    text: () => toText(view.state.doc),
    focus: () => view.focus(),
    insert: (text) => {
      view.dispatch(view.state.tr.replaceSelection(new Slice(fromText(text).content, 1, 1)).scrollIntoView());
      view.focus();
    },
    run: (format) => {
      commands[format](view.state, view.dispatch, view);
      view.focus();
    },
  };
}
