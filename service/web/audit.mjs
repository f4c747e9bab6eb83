// The audit view: a network that somebody has, traced, with repairs to take.

import { Line } from "./api.mjs";
import { auditAnswer } from "./audit-answer.mjs";
import { EXAMPLES, FIELDS, layersText, readRequest } from "./audit-request.mjs";
import { h, prose, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { applyChanges, applyDiff } from "./patch.mjs";

export const view = {
  name: "audit",
  group: "audit",
  title: (words) => words("audit.title"),
  mount: (root, context) => new AuditView(root, context),
};

/** What was typed and not yet asked, with the address at which it was typed. */
let typed = { at: null, fields: {} };

class AuditView {
  constructor(root, context) {
    Object.assign(this, { root, context, line: new Line(), notes: {} });
    const { words } = context;
    this.answer = h("div", { class: "answer" });
    show(
      root,
      h("h1", null, words("audit.heading")),
      h("p", { class: "muted" }, words("audit.lead")),
      h("div", { class: "audit-columns" }, h("div", { class: "ask" }, this.examples(), this.makeForm()), this.answer),
    );
  }

  examples() {
    const { words, navigate } = this.context;
    const example = (name) => h("button", { type: "button", "data-example": name, onclick: () => navigate(EXAMPLES[name]) }, words(`audit.example.${name}`));
    return h("p", { class: "row examples" }, h("span", { class: "muted" }, words("audit.examples")), Object.keys(EXAMPLES).map(example));
  }

  makeForm() {
    const { words } = this.context;
    const more = [this.field("batch"), this.field("error", h("textarea", { rows: 3 })), this.field("adapt_to"), this.mirror()];
    this.more = h("details", null, h("summary", null, words("audit.more")), more);
    this.form = h(
      "form",
      { class: "panel", novalidate: true, onsubmit: (event) => this.submit(event), oninput: () => this.keep(), onkeydown: (event) => this.hurry(event) },
      this.field("text", h("textarea", { rows: 16, spellcheck: "false", autocapitalize: "off", class: "mono" })),
      h("div", { class: "shapes" }, this.field("input_shape"), this.field("wanted_shape")),
      this.more,
      h("p", { class: "row" }, h("button", { type: "submit", class: "main" }, words("audit.ask")), h("span", { class: "muted small" }, words("audit.hurry"))),
    );
    return this.form;
  }

  field(name, input = h("input", { type: "text", autocomplete: "off" })) {
    const { words } = this.context;
    const id = `audit-${name}`;
    this.notes[name] = h("p", { class: "wrong small", id: `${id}-wrong` });
    for (const [key, value] of Object.entries({ id, name, "aria-describedby": `${id}-hint ${id}-wrong` })) input.setAttribute(key, value);
    return h("div", { class: "field" }, h("label", { for: id }, words(`audit.${name}`)), input, h("p", { class: "muted small", id: `${id}-hint` }, prose(words(`audit.${name}.hint`))), this.notes[name]);
  }

  mirror() {
    return h("label", { class: "check" }, h("input", { type: "checkbox", name: "mirror" }), this.context.words("audit.mirror"));
  }

  read() {
    const { elements } = this.form;
    const fields = Object.fromEntries(FIELDS.map((name) => [name, elements[name].value.trim()]));
    return { ...fields, text: elements.text.value, mirror: elements.mirror.checked ? "true" : "" };
  }

  write(fields) {
    const { elements } = this.form;
    for (const name of FIELDS) elements[name].value = fields[name] ?? "";
    elements.mirror.checked = fields.mirror === "true";
    if (["batch", "error", "adapt_to", "mirror"].some((name) => fields[name])) this.more.open = true;
  }

  keep() {
    typed = { at: this.at, fields: this.read() };
  }

  hurry(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const fields = this.read();
    const { wrong } = readRequest(fields);
    if (Object.keys(wrong).length) return this.showWrong(wrong, { focus: true });
    this.take(fields);
  }

  /** Audit these fields: they become the address. */
  take(fields) {
    const params = Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
    if (JSON.stringify(params) === this.at) this.ask(params);
    else this.context.navigate(params);
  }

  update(params) {
    this.at = JSON.stringify(params);
    this.write(typed.at === this.at ? typed.fields : params);
    this.showWrong({});
    const strange = Object.keys(params).filter((name) => !FIELDS.includes(name));
    if (params.text) this.ask(params);
    else this.explain(strange);
  }

  explain(strange) {
    const { words } = this.context;
    this.line.cancel();
    this.answer.removeAttribute("aria-busy");
    const told = strange.map((name) => h("p", { role: "alert" }, words("address.field", { name })));
    show(this.answer, h("div", { class: "panel" }, told, h("h2", null, words("audit.what")), h("ul", null, ["trace", "why", "repairs"].map((key) => h("li", null, words(`audit.what.${key}`))))));
  }

  showWrong(wrong, { focus = false } = {}) {
    const { words } = this.context;
    for (const [name, note] of Object.entries(this.notes)) {
      const { key, detail = "" } = wrong[name] ?? {};
      show(note, key ? [words(key), " ", detail] : null);
      this.form.elements[name].setAttribute("aria-invalid", String(Boolean(key)));
    }
    const first = FIELDS.find((name) => wrong[name]);
    if (first && ["batch", "adapt_to"].includes(first)) this.more.open = true;
    if (first && focus) this.form.elements[first].focus();
  }

  ask(params) {
    const { call, words } = this.context;
    const fields = Object.fromEntries(FIELDS.map((name) => [name, params[name] ?? ""]));
    const { body, wrong } = readRequest(fields);
    if (Object.keys(wrong).length) {
      this.explain([]);
      return this.showWrong(wrong);
    }
    this.answer.setAttribute("aria-busy", "true");
    if (!this.answer.querySelector(".verdict")) show(this.answer, h("p", { class: "panel muted" }, words("audit.working")));
    return this.line.ask(async (signal) => {
      try {
        this.showAnswer(fields, body, await call("/v1/audits", { body, signal }));
      } catch (failure) {
        if (signal.aborted || !failure.kind) throw failure;
        this.fail(failure, params);
      }
      this.answer.removeAttribute("aria-busy");
    });
  }

  showAnswer(fields, body, audit) {
    const { words, announce } = this.context;
    const take = (repair) => this.takeRepair(fields, body, audit, repair);
    const useShape = (shape) => this.take({ ...fields, input_shape: shape.join("x"), wanted_shape: "" });
    const useLayers = (layers, shape) => this.take({ ...fields, text: layersText(layers), input_shape: shape.join("x"), wanted_shape: "", adapt_to: "", mirror: "" });
    show(this.answer, auditAnswer(audit, { words, take, useShape, useLayers, address: this.context.address }));
    announce(words(`audit.verdict.${audit.verdict}`));
    if (this.taken) this.answer.querySelector(".verdict h2").focus();
    this.taken = false;
  }

  /** The text after a repair: patched where it has a diff, else as layers; then the audit again. */
  takeRepair(fields, body, audit, repair) {
    const edits = repair.changes.some((change) => change.index >= 0);
    const patched = repair.diff && applyDiff(fields.text, repair.diff);
    const text = patched || (edits ? layersText(applyChanges(body.layers ?? audit.layers, repair.changes)) : fields.text);
    this.taken = true;
    this.take({ ...fields, text, input_shape: repair.input_shape.join("x"), error: "" });
  }

  fail(failure, params) {
    const { words } = this.context;
    const retry = () => this.ask(params);
    const line = failure.problem?.errors?.[0]?.facts?.line;
    const toLine = line && h("p", null, h("button", { type: "button", onclick: () => this.selectLine(line) }, words("audit.line", { line })));
    const box = failureBox(failure, { words, retry });
    if (toLine) box.append(toLine);
    show(this.answer, box);
    const wrong = Object.fromEntries((failure.problem?.errors ?? []).map(({ pointer }) => [pointer.split("/")[1], { key: "audit.wrong.refused" }]));
    for (const name of ["source", "layers"]) if (wrong[name]) wrong.text = wrong[name];
    this.showWrong(wrong);
  }

  /** Mark a line of the text, and bring it into sight. */
  selectLine(line) {
    const { text } = this.form.elements;
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
  }

  unmount() {
    this.line.cancel();
  }
}
