// Making elements: the one way in which this page writes its document (no HTML text is parsed).

/** An HTML element: `h("a.button", { href, onclick }, "text", child)`; children that are null or false are left out. */
export const h = (name, ...rest) => make("http://www.w3.org/1999/xhtml", name, rest);

/** An SVG element, made in the same way. */
export const s = (name, ...rest) => make("http://www.w3.org/2000/svg", name, rest);

function make(space, name, [fields, ...children]) {
	if (fields?.constructor !== Object) return make(space, name, [{}, fields, ...children]);
	const [tag, ...classes] = name.split(".");
	const element = document.createElementNS(space, tag);
	if (tag === "button") element.type = "button";
	element.classList.add(...classes);
	for (const [field, value] of Object.entries(fields)) {
		if (value === null || value === undefined || value === false) continue;
		if (field.startsWith("on")) element.addEventListener(field.slice(2), value);
		else if (field === "class") element.classList.add(...value.split(" "));
		else if (field === "value" || field === "checked") element[field] = value;
		else element.setAttribute(field, value === true ? "" : value);
	}
	return show(element, children);
}

/** Put these children in the place of those that an element has. */
export function show(element, ...children) {
	element.replaceChildren(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/** A text that `t` gave with `code` in backquotes, as nodes. */
export const formatCode = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", part) : part));

/** A part of a view, by its class, under its heading. */
export const panel = (name, title, ...children) => h("section.panel", { class: name }, h("h2", title), children);

/** What may be wider or taller than its place. */
export const scroller = (label, ...children) => h("div.scroll", { tabindex: "0", role: "region", "aria-label": label }, children);

/** A control under its label. */
export const labelled = (label, control, ...more) => h("div.field", h("label", { for: control.id }, label), control, more);

/** Names, each with what is said of it. */
export const facts = (pairs) => h("dl.facts", pairs.map(([name, ...value]) => h("div", h("dt", name), h("dd.number", value))));

/** Hand a text or blob to the reader as a file. */
export function saveFile(name, content, type) {
	const href = URL.createObjectURL(new Blob([content], { type }));
	h("a", { href, download: name }).click();
	URL.revokeObjectURL(href);
}
