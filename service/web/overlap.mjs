// How evenly the generator paints: a plain sentence on checkerboards, and the service's own map.

import { Failure } from "./api.mjs";
import { h, show } from "./dom.mjs";

/** Sentences about the generator's layers that enlarge maps. */
export function overlapSentences(generator, words) {
  const transposed = generator.layers.filter(({ op, stride }) => op === "conv_transpose" && stride.some((step) => step > 1));
  const told = [];
  if (transposed.length) {
    const uneven = transposed.filter((layer) => !layer.even_overlap);
    told.push(uneven.length ? words("overlap.uneven", { layers: uneven.map(unevenName).join(", ") }) : words("overlap.even"));
    if (!uneven.length) told.push(words("overlap.border"));
  }
  const resized = generator.layers.filter(({ op }) => op === "upsample");
  if (resized.length) told.push(words(resized.every((layer) => layer.even_overlap) ? "overlap.resize" : "overlap.resize-uneven"));
  if (generator.layers.some(({ op }) => op === "pixel_shuffle")) told.push(words("overlap.subpixel"));
  return told.length ? told : [words("overlap.none")];
}

const unevenName = ({ name, kernel_size: kernel, stride }) => `${name} (${kernel.join("×")} / ${stride.join("×")})`;

/** Show a design's overlap in `root`; the service's map is loaded where somebody wants to see it. */
export function showOverlap(root, { design, words, failed }) {
  const picture = h("img", { alt: words("overlap.map"), loading: "lazy", onerror: () => failed(new Failure("network")) });
  const place = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words("overlap.map") }, picture);
  const load = () => (picture.src ||= design.links.overlap);
  const fold = h("details", { class: "fold", ontoggle: () => fold.open && load() }, h("summary", null, words("overlap.see")), place);
  fold.open = Boolean(root.querySelector("details")?.open);
  const even = design.generator.layers.every((layer) => layer.even_overlap !== false);
  show(
    root,
    h("h2", null, words("overlap.title")),
    overlapSentences(design.generator, words).map((text, at) => h("p", { class: at === 0 ? `verdict ${even ? "good" : "warn"}` : "muted" }, text)),
    fold,
  );
}
