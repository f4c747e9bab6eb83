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

/** The lines of a text, each as nodes; their concatenated text is that of the line. */
export function highlightPython(text) {
	const lines = [[]];
	const add = (part, kind) =>
		part.split("\n").forEach((line, at) => {
			if (at) lines.push([]);
			if (line) lines.at(-1).push(kind ? h("span", { class: `py-${kind}` }, line) : line);
		});
	let from = 0;
	for (const match of text.matchAll(TOKEN)) {
		add(text.slice(from, match.index));
		add(match[0], Object.keys(match.groups).find((name) => match.groups[name] !== undefined));
		from = match.index + match[0].length;
	}
	add(text.slice(from));
	return lines;
}
