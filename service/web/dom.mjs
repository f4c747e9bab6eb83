// Making elements: the one way in which this page writes its document (no HTML text is parsed).

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: `h("a", {href, class, onclick}, "text", child)`; null children are left out. */
export const h = (tag, fields, ...children) =>
  fill(document.createElement(tag), fields, children);

/** An SVG element, made in the same way. */
export const s = (tag, fields, ...children) =>
  fill(document.createElementNS(SVG, tag), fields, children);

function fill(element, fields, children) {
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(4).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Put these children in the place of those that an element has. */
export function show(element, ...children) {
  element.replaceChildren(...children.flat(4).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text that `words` gave with `code` in backquotes, as nodes. */
export const prose = (text) =>
  text.split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));
