// Copies text, also where the browser gives a page no clipboard: over http, except on localhost.

import { h, show } from "./dom.mjs";
import { t } from "./messages.mjs";

const SHOWN_MS = 2000;

/** Copy a text; false if the browser allows no way of it. */
async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copySelected(text);
	}
}

/** Copy as the key Ctrl+C does: by a selection. */
function copySelected(text) {
	const focused = document.activeElement;
	const box = textBox(text);
	box.classList.add("visually-hidden");
	document.body.append(box);
	box.select();
	const done = document.execCommand("copy");
	box.remove();
	focused?.focus();
	return done;
}

const textBox = (text) => h("textarea", { readonly: true, rows: 2, "aria-label": t("frame.copy-by-hand"), value: text });

/** A button that copies a text. If that fails, it shows the text selected, for the user to copy. */
export function copyButton(label, text, { class: kind, about, disabled, announce } = {}) {
	const button = h("button", { class: kind, disabled, "aria-label": about && `${label}: ${about}`, onclick: copy }, label);
	let byHand = null;
	return button;

	async function copy() {
		const done = await copyText(text);
		show(button, t(done ? "frame.copied" : "frame.copy-by-hand"));
		announce?.(button.textContent);
		setTimeout(() => show(button, label), SHOWN_MS);
		if (done) return;
		byHand?.remove();
		button.after((byHand = textBox(text)));
		byHand.select();
	}
}
