// The code view: the module, its networks' costs, files, commands that reproduce it, and the receipt.

import { LatestRequest, cachedCall } from "./api.mjs";
import { briefOf, unusableFields, withApiNames } from "./brief.mjs";
import { copyButton } from "./copy.mjs";
import { h, show } from "./dom.mjs";
import { failureBox, fileLink, unknownFieldsBox } from "./failure.mjs";
import { listingPanel } from "./listing.mjs";
import { networkFacts } from "./network-facts.mjs";
import { pictureFiles } from "./picture-files.mjs";
import { receiptSection } from "./receipt.mjs";
import { snippetsPanel } from "./snippets.mjs";
import { sizesText, t } from "./messages.mjs";

/** Mount the view in `root`. */
export function mount(root, { announce, address }) {
	const request = new LatestRequest();
	let params = {};
	return { update, unmount: () => request.cancel() };

	function update(next) {
		params = withApiNames(next);
		const unusable = unusableFields(params);
		if (unusable.length) return fail(unknownFieldsBox(unusable, "address.invalid"), {});
		show(root, heading(), h("p.panel", { role: "status" }, h("span.badge.running", t("verdict.running"))));
		root.setAttribute("aria-busy", "true");
		request.run(work, (failure) => fail(failureBox(failure, () => update(params)), params.design ? {} : params));
	}

	async function work(signal) {
		const design = params.design
			? await cachedCall(`/v1/designs/${encodeURIComponent(params.design)}`, { signal })
			: await cachedCall("/v1/designs", { body: { ...briefOf(params), verify: "standard" }, signal });
		paint(design);
		root.setAttribute("aria-busy", "false");
	}

	function fail(box, back) {
		box.append(h("p.row", h("a.button", { href: address(back, "design") }, t("code.back"))));
		show(root, heading(), box);
		root.setAttribute("aria-busy", "false");
	}

	function paint(design) {
		const { links, source } = design;
		const permalink = new URL(address({ design: design.id }, "code"), location.href).href;
		show(
			root,
			heading(sizesText(design.chain.sizes)),
			h(
				"p.row.actions",
				copyButton(t("code.copy"), source.text, { class: "main", announce }),
				fileLink(links.module, "model.py", t("code.module")),
				fileLink(links.bundle, "bundle.zip", t("code.bundle")),
			),
			h("div.columns.stack", listingPanel(source.text), h("div.stack", networkFacts(design, announce), pictureFiles(design), snippetsPanel(design, { params, permalink, announce }))),
			receiptSection(design),
		);
	}
}

const heading = (text = t("code.lead")) => h("div.lead", h("h1", t("code.heading")), h("p.number", text));
