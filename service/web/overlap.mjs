// Overlap of the generator: a sentence on checkerboards, and the overlap map of the service.

import { Failure, pictureUrl } from "./api.mjs";
import { h, scroller, show } from "./dom.mjs";
import { t } from "./messages.mjs";

/** Sentences about the layers that enlarge a map. */
function overlapSentences({ layers }) {
	const transposed = layers.filter(({ op, stride }) => op === "conv_transpose" && stride.some((step) => step > 1));
	const sentences = [];
	if (transposed.length) {
		const uneven = transposed.filter((layer) => !layer.even_overlap).map(unevenName);
		if (uneven.length) sentences.push(t("overlap.uneven", { layers: uneven.join(", ") }));
		else sentences.push(t("overlap.even"), t("overlap.border"));
	}
	const resized = layers.filter(({ op }) => op === "upsample");
	if (resized.length) sentences.push(t(resized.every((layer) => layer.even_overlap) ? "overlap.resize" : "overlap.resize-uneven"));
	for (const kind of ["pixel_shuffle", "interpolating_upsample"]) if (layers.some(({ op }) => op === kind)) sentences.push(t(`overlap.${kind}`));
	return sentences.length ? sentences : [t("overlap.none")];
}

const unevenName = ({ name, kernel_size: kernel, stride }) => `${name} (${kernel.join("×")} / ${stride.join("×")})`;

/** Show the overlap of a design in `root`; the map is loaded when it is unfolded. */
export function showOverlap(root, { generator, links }, failed) {
	const picture = h("img", { alt: t("overlap.map"), loading: "lazy", onerror: () => failed(new Failure("network")) });
	const load = async () => {
		if (fold.open && !picture.src) picture.src = await pictureUrl(links.overlap).catch(() => links.overlap);
	};
	const fold = h("details.fold", { ontoggle: load }, h("summary", t("overlap.see")), scroller(t("overlap.map"), picture));
	fold.open = Boolean(root.querySelector("details")?.open);
	const even = generator.layers.every((layer) => layer.even_overlap !== false);
	const [first, ...more] = overlapSentences(generator);
	show(
		root,
		h("h2", t("overlap.title")),
		h("p.verdict", { class: even ? "good" : "warn" }, first),
		more.map((text) => h("p.muted", text)),
		fold,
	);
}
