// Downloads of a design's pictures, as SVG from the service and as PNG drawn by the browser.

import { call, pageFault, Failure } from "./api.mjs";
import { h, panel, saveFile } from "./dom.mjs";
import { failureBox, fileLink } from "./failure.mjs";
import { t } from "./messages.mjs";

const [PNG_SCALE, MAX_PNG_SIDE] = [2, 8192];

/** The panel of all pictures of a design. */
export function pictureFiles({ links }) {
	const names = ["generator", "discriminator", "overlap"].filter((name) => links[name]);
	return panel("picture-files", t("files.title"), names.map((name) => row(name, links[name])));
}

function row(name, path) {
	const label = t(`network.${name}`);
	const png = h("button", { "aria-label": `${label}, PNG`, onclick: take }, "PNG");
	const svg = fileLink(path, `${name}.svg`, "SVG");
	svg.setAttribute("aria-label", `${label}, SVG`);
	const element = h("div.row", h("span", label), svg, png);
	return element;

	async function take() {
		element.nextElementSibling?.matches(".failure") && element.nextElementSibling.remove();
		try {
			saveFile(`${name}.png`, await drawPng(await call(path, { as: "text" })), "image/png");
		} catch (error) {
			element.after(failureBox(error instanceof Failure ? error : pageFault(error), take));
		}
	}
}

/** A picture as PNG in its light colours; a data URL, because the page may load no others. */
async function drawPng(text) {
	const image = new Image();
	const light = text.replace("(prefers-color-scheme:dark)", "not all");
	await new Promise((done, fail) => {
		image.onload = done;
		image.onerror = () => fail(new Error("the picture cannot be drawn"));
		image.src = `data:image/svg+xml,${encodeURIComponent(light)}`;
	});
	const { naturalWidth: width, naturalHeight: height } = image;
	const scale = Math.min(PNG_SCALE, MAX_PNG_SIDE / Math.max(width, height));
	const canvas = h("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
	canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no PNG"))), "image/png"));
}
