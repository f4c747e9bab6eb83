// The code view: the module, its downloads, commands that reproduce it, and the receipt.

import { LatestRequest, cachedCall } from "./api.mjs";
import { briefOf, commandOptions, unknownFields } from "./brief.mjs";
import { h, panel, show } from "./dom.mjs";
import { failureBox, fileLink, unknownFieldsBox } from "./failure.mjs";
import { highlightPython } from "./python-highlighting.mjs";
import { receiptSection } from "./receipt.mjs";
import { sizesText, t } from "./messages.mjs";

/** Mount the view in `root`. */
export function mount(root, { announce, address }) {
	const request = new LatestRequest();
	let params = {};
	return { update, unmount: () => request.cancel() };

	function update(next) {
		params = next;
		const unknown = unknownFields(params);
		if (unknown.length) return fail(unknownFieldsBox(unknown, "address.invalid"), {});
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
		show(
			root,
			heading(sizesText(design.chain.sizes)),
			h(
				"p.row.actions",
				copyButton(t("code.copy"), source.text, { class: "main" }),
				fileLink(links.module, "model.py", t("code.module")),
				fileLink(links.bundle, "bundle.zip", t("code.bundle")),
			),
			h("div.columns.stack", listing(source.text), reproducePanel(design)),
			receiptSection(design),
		);
	}

	/** Commands that reproduce exactly this design: by id, by brief, and with the command line. */
	function reproducePanel(design) {
		const origin = location.origin;
		const body = JSON.stringify(params.design ? design.brief : { ...briefOf(params), verify: "standard" });
		const lines = {
			"code.by-id": `curl -sS "${origin}${design.links.module}" -o model.py`,
			"code.by-brief": `curl -sS "${origin}/v1/designs" -H "Content-Type: application/json" -H "Accept: text/x-python" -d '${body}' -o model.py`,
			"code.by-command": `gan-designer design ${commandOptions(params) ?? `--id ${design.id}`} --output model.py`,
		};
		const permalink = new URL(address({ design: design.id }, "code"), location.href).href;
		return panel(
			"reproduce",
			t("code.reproduce"),
			Object.entries(lines).map(([key, text]) => commandRow(key, copyButton(t("code.copy"), text, { about: t(key) }), codeBlock(t(key), text))),
			commandRow("code.permalink", copyButton(t("summary.link"), permalink)),
		);
	}

	function copyButton(label, text, { class: kind, about } = {}) {
		const button = h("button", { class: kind, "aria-label": about && `${label}: ${about}`, onclick: copy }, label);
		return button;

		async function copy() {
			const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
			show(button, t(done ? "frame.copied" : "code.copy-by-hand"));
			announce(button.textContent);
			setTimeout(() => show(button, label), 2000);
		}
	}
}

const heading = (text = t("code.lead")) => h("div.lead", h("h1", t("code.heading")), h("p.number", text));

const codeBlock = (label, ...text) => h("pre", { tabindex: "0", role: "region", "aria-label": label, translate: "no" }, h("code", text));

const commandRow = (key, copy, text) => h("div.line", h("div.row", h("h3", t(key)), copy), text);

const listing = (text) => panel("listing", "model.py", codeBlock(t("code.listing"), highlightPython(text)));
