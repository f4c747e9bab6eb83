// Ways on from a refusal: the nearest sizes, the constraint that has to give way, a fresh start.

import { changed } from "./brief.mjs";
import { h } from "./dom.mjs";

const LOOSER = { exact: "prefer", overlap: "prefer", output_padding: "true" };
const PLACES = { initial_size: "initial_size", parameters: "max_parameters", multiply_adds: "max_multiply_adds" };

/** Buttons that lead on from a refusal, as far as it names any. */
export function waysOn({ kind, problem }, { params, words, navigate, size }) {
  if (kind !== "refused") return [];
  if (problem.status === 404) return [row(h("a", { class: "button main", href: "/" }, words("address.start")))];
  if (problem.code === "critic_with_batch_norm") {
    return [row(button(words("ways.layer-norm"), { ...params, discriminator_normalization: "layer" }))];
  }
  if (problem.code !== "no_chain") return [];
  const { nearest_sizes: nearest, relax } = problem.facts;
  const sizes = [...new Set([nearest?.below, nearest?.above].filter(Boolean).map(size))];
  return [
    row(
      sizes.map((text) => button(words("ways.size", { size: text }), changed(params, "resolution", text))),
      (relax ?? []).slice(0, 3).map((names) => button(words("ways.relax", { names: names.join(", ") }), relaxed(names))),
    ),
  ];

  function relaxed(names) {
    return names.reduce((next, name) => {
      const field = PLACES[name] ?? name;
      return changed(next, field, LOOSER[field] ?? "");
    }, params);
  }

  function button(text, next) {
    return h("button", { type: "button", onclick: () => navigate(next) }, text);
  }
}

const row = (...children) => h("p", { class: "row ways" }, children);
