// The form of a brief: what is asked for, in the reader's words, answered as one types.

import { FIELDS, START } from "./brief.mjs";
import { h, show } from "./dom.mjs";

const SIDES = [["length"], ["height", "width"], ["depth", "height", "width"]];
const NORMS = ["batch", "instance", "layer", "group", "none"];

const CHOICES = {
  upsampling: ["transposed", "resize", "subpixel"],
  normalization: NORMS,
  discriminator_normalization: [...NORMS, "spectral"],
  discriminator_output: ["probability", "logit", "critic"],
  exact: ["prefer", "require", "any"],
  overlap: ["prefer", "even", "any"],
};

const WIDE = ["upsampling", "discriminator_output", "encoder", "anisotropic", "output_padding", "no_discriminator"];

const GROUPS = [
  { name: "picture", fields: ["latent_dim", "channels", "classes"] },
  { name: "generator", fields: ["upsampling", "normalization", "base_channels", "max_channels"] },
  { name: "discriminator", fields: ["discriminator_output", "discriminator_normalization", "patch", "discriminator_base_channels"] },
];

const SEARCH = ["kernel_sizes", "strides", "dilations", "initial_size", "max_layers", "exact", "overlap"]
  .concat(["max_parameters", "max_multiply_adds", "initial_map", "output_padding", "anisotropic", "encoder", "no_discriminator"]);

/**
 * The form; `change(name, text, typing)` hears each change. It has `fill(params)`, which writes
 * into every field that is not being typed into, and `mark(errors)`, which shows what is refused.
 */
export function briefForm({ words, change }) {
  const controls = {};
  const resolution = resolutionField({ words, change });
  const field = (name) => labelled(name, (controls[name] = control(name, { words, change })), words);
  const search = h(
    "details",
    { class: "fold" },
    h("summary", null, words("form.search")),
    h("p", { class: "small muted" }, words("form.search.text")),
    h("div", { class: "fields" }, SEARCH.map(field)),
  );
  const form = h(
    "form",
    { class: "panel form", "aria-label": words("form.label"), onsubmit: (event) => event.preventDefault() },
    GROUPS.map(({ name, fields }) =>
      h(
        "fieldset",
        null,
        h("legend", null, words(`form.${name}`)),
        name === "picture" ? resolution.element : null,
        h("div", { class: "fields" }, fields.map(field)),
      ),
    ),
    search,
  );
  return { element: form, fill, mark };

  function fill(params) {
    resolution.fill(params);
    for (const [name, input] of Object.entries(controls)) {
      const text = params[name] ?? (input.type === "number" ? (START[name] ?? "") : "");
      if (input.type === "checkbox") input.checked = (text || String(FIELDS[name].usual)) === "true";
      else if (input !== document.activeElement) input.value = text || (input.tagName === "SELECT" ? FIELDS[name].usual : "");
    }
    if (SEARCH.some((name) => params[name])) search.open = true;
  }

  function mark(errors) {
    for (const box of form.querySelectorAll(".error")) box.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    for (const { field: name, detail } of errors) {
      const input = controls[name] ?? (name === "resolution" ? resolution.inputs()[0] : null);
      if (!input) continue;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `error-${name}`);
      input.closest(".field").append(h("p", { class: "error", id: `error-${name}`, lang: "en" }, detail));
    }
  }
}

function labelled(name, input, words) {
  const flag = input.type === "checkbox";
  const label = h("label", { for: input.id }, words(`field.${name}`));
  return h("div", { class: ["field", flag && "flag", WIDE.includes(name) && "wide"].filter(Boolean).join(" ") }, flag ? [input, label] : [label, input]);
}

function control(name, { words, change }) {
  const id = `field-${name}`;
  const { kind, usual } = FIELDS[name];
  if (kind === "flag") {
    return h("input", { id, type: "checkbox", onchange: (event) => change(name, String(event.target.checked)) });
  }
  if (CHOICES[name]) {
    const options = CHOICES[name].map((value) => h("option", { value }, words(`choice.${value}`)));
    return h("select", { id, onchange: (event) => change(name, event.target.value) }, options);
  }
  const numeric = kind === "integer";
  return h("input", {
    id,
    type: numeric ? "number" : "text",
    inputmode: numeric ? "numeric" : null,
    min: numeric ? (name === "classes" ? 2 : 1) : null,
    step: numeric ? 1 : null,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: words.has(`hint.${name}`) ? words(`hint.${name}`) : (usual ?? null),
    oninput: (event) => change(name, event.target.value.trim(), true),
  });
}

/** One to three sides: one number while they are equal, one for each where they are not. */
function resolutionField({ words, change }) {
  let axes = 2;
  let equal = true;
  let inputs = [];
  const box = h("div", { class: "sides" });
  const kinds = [1, 2, 3].map((number) =>
    h("input", { type: "radio", name: "axes", id: `axes-${number}`, value: String(number), onchange: () => turn(number, equal) }),
  );
  const together = h("input", { type: "checkbox", id: "equal-sides", onchange: () => turn(axes, together.checked) });
  const element = h(
    "div",
    { class: "resolution" },
    h(
      "div",
      { class: "axes", role: "radiogroup", "aria-label": words("form.axes") },
      kinds.map((kind, at) => h("span", null, kind, h("label", { for: kind.id }, words(`form.axes.${at + 1}`)))),
    ),
    box,
    h("div", { class: "field flag" }, together, h("label", { for: together.id }, words("form.equal"))),
  );
  return { element, fill, inputs: () => inputs };

  function fill(params) {
    const parts = (params.resolution ?? START.resolution).split(/[x×]/);
    const many = parts.length > 1 ? parts.length : Number(params.dimensions ?? 2);
    const same = parts.length === 1;
    const known = SIDES[many - 1] ? many : 2;
    if (inputs.length === 0 || known !== axes || same !== equal) build(known, same);
    inputs.forEach((input, at) => {
      if (input !== document.activeElement) input.value = parts[at] ?? "";
    });
  }

  /** Another number of sides, or sides that may differ: the first number goes for the new ones. */
  function turn(number, same) {
    const before = inputs.map((input) => input.value);
    build(number, same);
    inputs.forEach((input, at) => (input.value = before[at] ?? before[0]));
    tell();
  }

  function build(number, same) {
    [axes, equal] = [number, same];
    kinds.forEach((kind, at) => (kind.checked = at + 1 === axes));
    together.checked = equal;
    together.disabled = axes === 1;
    if (axes === 1) together.checked = equal = true;
    const names = equal ? [axes === 1 ? "length" : "side"] : SIDES[axes - 1];
    inputs = names.map((name) =>
      h("input", { type: "number", inputmode: "numeric", min: 4, step: 1, id: `side-${name}`, autocomplete: "off", oninput: () => tell(true) }),
    );
    show(box, names.map((name, at) => h("div", { class: "field" }, h("label", { for: inputs[at].id }, words(`form.${name}`)), inputs[at])));
  }

  function tell(typing = false) {
    const parts = inputs.map((input) => input.value.trim());
    if (parts.includes("")) return;
    const text = parts.join("x");
    change("resolution", text, typing, equal && axes !== 2 ? String(axes) : "");
  }
}
