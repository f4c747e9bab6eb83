// The code view: the module to read, copy and download, the lines that make it again, the receipt.

import { Failure, Line } from "./api.mjs";
import { briefOf, commandOptions, unknownFields } from "./brief.mjs";
import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { highlighted } from "./python.mjs";
import { receiptSection } from "./receipt.mjs";
import { sizeText } from "./words.mjs";

/** The view, put into `root`. */
export function mount(root, { words, call, announce, address }) {
  const line = new Line();
  let params = {};
  return { update, unmount: () => line.cancel() };

  function update(next) {
    params = next;
    line.ask(work);
  }

  async function work(signal) {
    const unknown = unknownFields(params);
    if (unknown.length) return show(root, heading(null), failed(null, words("address.fields", { names: unknown.join(", ") })));
    show(root, heading(null), h("p", { class: "panel", role: "status" }, h("span", { class: "badge running" }, words("verdict.running"))));
    root.setAttribute("aria-busy", "true");
    try {
      const design = params.design
        ? await call(`/v1/designs/${encodeURIComponent(params.design)}`, { signal })
        : await call("/v1/designs", { body: { ...briefOf(params), verify: "standard" }, signal });
      paint(design);
    } catch (failure) {
      if (signal.aborted || !(failure instanceof Failure)) throw failure;
      show(root, heading(null), failed(failure));
    }
    root.setAttribute("aria-busy", "false");
  }

  function failed(failure, text = null) {
    const box = failure
      ? failureBox(failure, { words, retry: () => update(params) })
      : h("section", { class: "failure", role: "alert" }, h("h2", null, words("address.title")), h("p", null, text));
    const back = failure && !params.design ? params : {};
    box.append(h("p", { class: "row" }, h("a", { class: "button", href: address(back, "design") }, words("code.back"))));
    return box;
  }

  function paint(design) {
    const { links, source } = design;
    show(
      root,
      heading(design),
      h(
        "p",
        { class: "row actions" },
        copier(words("code.copy"), source.text, "main"),
        h("a", { class: "button", href: links.module, download: "model.py" }, words("code.module")),
        h("a", { class: "button", href: links.bundle, download: "bundle.zip" }, words("code.bundle")),
      ),
      h("div", { class: "columns" }, listing(source.text), again(design)),
      receiptSection(design, words),
    );
  }

  function heading(design) {
    const sizes = design?.chain.sizes.map(sizeText).join(" → ");
    return h("div", { class: "lead" }, h("h1", null, words("code.heading")), h("p", { class: "number" }, sizes ?? words("code.lead")));
  }

  function listing(text) {
    const code = h("code", null, highlighted(text));
    return h(
      "section",
      { class: "panel listing" },
      h("h2", null, "model.py"),
      h("pre", { tabindex: "0", role: "region", "aria-label": words("code.listing"), translate: "no" }, code),
    );
  }

  /** The lines that give exactly this design: by its id, by its brief, and without a server. */
  function again(design) {
    const place = location.origin;
    const options = commandOptions(params);
    const body = JSON.stringify(params.design ? design.brief : { ...briefOf(params), verify: "standard" });
    const lines = [
      ["code.by-id", `curl -sS "${place}${design.links.module}" -o model.py`],
      ["code.by-brief", `curl -sS "${place}/v1/designs" -H "Content-Type: application/json" -H "Accept: text/x-python" -d '${body}' -o model.py`],
      ["code.by-command", `gan-designer design ${options ?? `--id ${design.id}`} --output model.py`],
    ];
    return h(
      "section",
      { class: "panel again" },
      h("h2", null, words("code.again")),
      lines.map(([key, text]) =>
        h(
          "div",
          { class: "line" },
          h("div", { class: "row" }, h("h3", null, words(key)), copier(words("code.copy"), text, "", words(key))),
          h("pre", { tabindex: "0", role: "region", "aria-label": words(key), translate: "no" }, h("code", null, text)),
        ),
      ),
      h("div", { class: "line row" }, h("h3", null, words("code.permalink")), copier(words("summary.link"), new URL(address({ design: design.id }, "code"), location.href).href)),
    );
  }

  function copier(label, text, kind = "", about = null) {
    const button = h("button", { type: "button", class: kind, "aria-label": about && `${label}: ${about}`, onclick: copy }, label);
    return button;

    async function copy() {
      const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
      show(button, words(done ? "copied" : "code.copy-by-hand"));
      announce(button.textContent);
      setTimeout(() => show(button, label), 2000);
    }
  }
}
