// Highlights the subset of Python that generated modules use.

import { h } from "./dom.mjs";

const KEYWORDS = "and as assert class def elif else for from if import in is lambda not or pass raise return while with yield";
const CONSTANTS = "True False None self super";

const TOKEN = new RegExp(
	[
		String.raw`(?<string>"""[^]*?"""|"[^"\n]*"|'[^'\n]*')`,
		String.raw`(?<comment>#[^\n]*)`,
		String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(" ", "|")})\b)`,
		String.raw`(?<constant>\b(?:${CONSTANTS.replaceAll(" ", "|")})\b)`,
		String.raw`(?<number>\b\d[\d_.e]*\b)`,
		String.raw`(?<name>(?<=\b(?:class|def)\s)\w+)`,
	].join("|"),
	"g",
);

/** The text as nodes, whose concatenated text is unchanged. */
export function highlightPython(text) {
	const nodes = [];
	let from = 0;
	for (const match of text.matchAll(TOKEN)) {
		const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
		nodes.push(text.slice(from, match.index), h("span", { class: `py-${kind}` }, match[0]));
		from = match.index + match[0].length;
	}
	return [...nodes, text.slice(from)];
}
