// TipTap in one clause: paragraphs, lists, bold, italic, underline, line breaks, and references to other clauses.
import { Editor, Node } from "@tiptap/core";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Italic } from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { Underline } from "@tiptap/extension-underline";
import { UndoRedo } from "@tiptap/extensions";

import { showReference } from "./editor-draw.js";

function referenceNode(names, words) {
  return Node.create({
    name: "reference",
    group: "inline",
    inline: true,
    atom: true,
    selectable: true,
    addAttributes: () => ({
      clause: { default: "", parseHTML: (drawn) => drawn.dataset.reference, renderHTML: ({ clause }) => ({ "data-reference": clause }) },
      label: { default: "", parseHTML: (drawn) => drawn.dataset.label || drawn.textContent, renderHTML: ({ label }) => ({ "data-label": label }) },
    }),
    parseHTML: () => [{ tag: "[data-reference]", priority: 60 }],
    renderHTML: ({ node, HTMLAttributes }) => ["span", HTMLAttributes, node.attrs.label],
    renderText: ({ node }) => names().get(node.attrs.clause) || node.attrs.label,
    addNodeView: () => ({ node }) => {
      const dom = document.createElement("span");
      const show = ({ clause, label }) => showReference(dom, clause, label, names(), words);
      dom.addEventListener("covenant:renumbered", () => show(node.attrs));
      show(node.attrs);
      return { dom, ignoreMutation: () => true };
    },
  });
}

// `body` in, body() out; `names` is asked each time, for numbers change while a person writes.
export function wordsEditor({ mount, body, names, words, onUpdate, onSelect }) {
  const editor = new Editor({
    element: mount,
    injectCSS: false,
    extensions: [
      Document,
      Paragraph,
      Text,
      Bold,
      Italic,
      Underline,
      BulletList,
      OrderedList,
      ListItem,
      ListKeymap,
      HardBreak,
      UndoRedo,
      referenceNode(names, words),
    ],
    content: body,
    editorProps: { attributes: { class: "draft-words", role: "textbox", "aria-multiline": "true", "aria-label": mount.dataset.label } },
    onUpdate,
    onTransaction: onSelect,
  });
  return editor;
}

// The document as it is kept: without attributes that only the editor knows.
export function bodyOf(editor) {
  return clean(editor.getJSON());
}

function clean(node) {
  const kept = { type: node.type };
  if (node.type === "text") kept.text = node.text;
  if (node.type === "reference") kept.attrs = { clause: node.attrs.clause, label: node.attrs.label };
  if (node.marks?.length && node.type === "text") kept.marks = node.marks.map(({ type }) => ({ type }));
  if (node.content?.length) kept.content = node.content.map(clean);
  return kept;
}

const ACTS = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  underline: (chain) => chain.toggleUnderline(),
  bulletList: (chain) => chain.toggleBulletList(),
  orderedList: (chain) => chain.toggleOrderedList(),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
};

export function act(editor, name) {
  ACTS[name]?.(editor.chain().focus()).run();
}
