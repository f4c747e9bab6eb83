// The listing of a module: numbered lines that wrap, and a button for each class and function.

import { h, panel } from "./dom.mjs";
import { highlightPython } from "./python-highlighting.mjs";
import { t } from "./messages.mjs";

const DEFINITION = /^(?:class|def) (\w+)/;

/** The panel of a source. */
export function listingPanel(text) {
	const lines = highlightPython(text.replace(/\n$/, "")).map((nodes) => h("span.code-line", { tabindex: "-1" }, nodes));
	const code = h("code", lines.map((line) => [line, "\n"]));
	const block = h("pre", { tabindex: "0", role: "region", "aria-label": t("code.listing"), translate: "no" }, code);
	return panel("listing", "model.py", h("div.row.jumps", { role: "group", "aria-label": t("code.jump") }, h("span.muted", t("code.jump")), definitions()), block);

	function definitions() {
		const names = lines.map((line) => DEFINITION.exec(line.textContent)?.[1]);
		return names.map((name, at) => name && h("button", { class: "mono", onclick: () => jump(lines[at]) }, name));
	}

	/** Scroll to a line, mark it, and continue reading there. */
	function jump(line) {
		for (const each of lines) each.classList.toggle("current", each === line);
		block.scrollTop = line.offsetTop - 12;
		line.focus();
	}
}
