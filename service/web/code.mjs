// The code view: the module to read, copy and download, the lines that make it again, the receipt.

import { Line, keptCall } from "./api.mjs";
import { briefOf, commandOptions, unknownFields } from "./brief.mjs";
import { h, panel, show } from "./dom.mjs";
import { failureBox, fileLink, strangeBox } from "./failure.mjs";
import { highlighted } from "./python.mjs";
import { receiptSection } from "./receipt.mjs";
import { chainSizes, words } from "./words.mjs";

/** The view, put into `root`. */
export function mount(root, { announce, address }) {
	const line = new Line();
	let params = {};
	return { update, unmount: () => line.cancel() };

	function update(next) {
		params = next;
		const unknown = unknownFields(params);
		if (unknown.length) return fail(strangeBox(unknown), {});
		show(root, heading(), h("p.panel", { role: "status" }, h("span.badge.running", words("verdict.running"))));
		root.setAttribute("aria-busy", "true");
		line.ask(work, (failure) => fail(failureBox(failure, () => update(params)), params.design ? {} : params));
	}

	async function work(signal) {
		const design = params.design
			? await keptCall(`/v1/designs/${encodeURIComponent(params.design)}`, { signal })
			: await keptCall("/v1/designs", { body: { ...briefOf(params), verify: "standard" }, signal });
		paint(design);
		root.setAttribute("aria-busy", "false");
	}

	function fail(box, back) {
		box.append(h("p.row", h("a.button", { href: address(back, "design") }, words("code.back"))));
		show(root, heading(), box);
		root.setAttribute("aria-busy", "false");
	}

	function paint(design) {
		const { links, source } = design;
		show(
			root,
			heading(chainSizes(design.chain.sizes)),
			h(
				"p.row.actions",
				copier(words("code.copy"), source.text, { class: "main" }),
				fileLink(links.module, "model.py", words("code.module")),
				fileLink(links.bundle, "bundle.zip", words("code.bundle")),
			),
			h("div.columns.stack", listing(source.text), again(design)),
			receiptSection(design),
		);
	}

	/** The lines that give exactly this design: by its id, by its brief, and without a server. */
	function again(design) {
		const place = location.origin;
		const body = JSON.stringify(params.design ? design.brief : { ...briefOf(params), verify: "standard" });
		const lines = {
			"code.by-id": `curl -sS "${place}${design.links.module}" -o model.py`,
			"code.by-brief": `curl -sS "${place}/v1/designs" -H "Content-Type: application/json" -H "Accept: text/x-python" -d '${body}' -o model.py`,
			"code.by-command": `gan-designer design ${commandOptions(params) ?? `--id ${design.id}`} --output model.py`,
		};
		const permalink = new URL(address({ design: design.id }, "code"), location.href).href;
		return panel(
			"again",
			words("code.again"),
			Object.entries(lines).map(([key, text]) => lineOf(key, copier(words("code.copy"), text, { about: words(key) }), listed(words(key), text))),
			lineOf("code.permalink", copier(words("summary.link"), permalink)),
		);
	}

	function copier(label, text, { class: kind, about } = {}) {
		const button = h("button", { class: kind, "aria-label": about && `${label}: ${about}`, onclick: copy }, label);
		return button;

		async function copy() {
			const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
			show(button, words(done ? "frame.copied" : "code.copy-by-hand"));
			announce(button.textContent);
			setTimeout(() => show(button, label), 2000);
		}
	}
}

const heading = (text = words("code.lead")) => h("div.lead", h("h1", words("code.heading")), h("p.number", text));

const listed = (label, ...text) => h("pre", { tabindex: "0", role: "region", "aria-label": label, translate: "no" }, h("code", text));

const lineOf = (key, copy, text) => h("div.line", h("div.row", h("h3", words(key)), copy), text);

const listing = (text) => panel("listing", "model.py", listed(words("code.listing"), highlighted(text)));
