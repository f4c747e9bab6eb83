// Creates elements; no HTML text is parsed anywhere on the page.

/** An HTML element: `h("a.button", { href, onclick }, "text", child)`; null and false children are skipped. */
export const h = (name, ...rest) => make("http://www.w3.org/1999/xhtml", name, rest);

/** An SVG element, with the same arguments as `h`. */
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

/** Replace the children of an element. */
export function show(element, ...children) {
	element.replaceChildren(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

/** A message as nodes, with backquoted parts as `code` elements. */
export const formatCode = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", part) : part));

/** A section of a view with a class and a heading. */
export const panel = (name, title, ...children) => h("section.panel", { class: name }, h("h2", title), children);

/** A scroll container. */
export const scroller = (label, ...children) => h("div.scroll", { tabindex: "0", role: "region", "aria-label": label }, children);

/** A control with its label. */
export const labelled = (label, control, ...more) => h("div.field", h("label", { for: control.id }, label), control, more);

/** A list of names and values. */
export const facts = (pairs) => h("dl.facts", pairs.map(([name, ...value]) => h("div", h("dt", name), h("dd.number", value))));

/** Save a text or blob as a file. */
export function saveFile(name, content, type) {
	const href = URL.createObjectURL(new Blob([content], { type }));
	h("a", { href, download: name }).click();
	URL.revokeObjectURL(href);
}
