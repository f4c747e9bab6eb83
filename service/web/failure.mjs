// Error boxes with a message and an action.

import { call, hasKey, setKey } from "./api.mjs";
import { h, labelled, formatCode, saveFile, show } from "./dom.mjs";
import { language, t } from "./messages.mjs";
import { reasonElements, reasonsOf } from "./reasons.mjs";

/** A box with the role `alert`. */
export const alertBox = (title, ...children) => h("section.failure", { role: "alert" }, h("h2", title), children);

/** An error box for fields of the URL: unknown ones, or each with the key of a message. */
export const unknownFieldsBox = (names, title = "address.partly") => alertBox(t(title), names.map((each) => [each, "address.field"].flat()).map(([name, key]) => h("p", t(key, { name }))));

/**
 * An error box with the details from the service and a retry button; after a Retry-After header
 * the box counts down the seconds and retries automatically.
 */
export function failureBox({ kind, problem, retryAfter, cause }, retry) {
	const box = alertBox(t(`failure.${kind}.title`), h("p", t(`failure.${kind}.text`)), problem && serviceText(problem), cause && h("p", h("code", String(cause))));
	box.dataset.kind = kind;
	if (kind === "locked") box.append(keyForm(retry));
	else if (kind !== "refused") box.append(retryRow(box, retry, retryAfter));
	return box;
}

/** The errors from the service, with a link to the page of the problem. */
function serviceText(problem) {
	const { errors, type, code } = problem;
	return [
		h("ul.service-text", errors?.length ? errors.flatMap(errorItems) : reasonElements("li", reasonsOf(problem))),
		type?.startsWith("/problems/") && h("p", h("a", { href: `${type}?language=${language.code}` }, formatCode(t("failure.page", { code })))),
	];
}

/** The errors of a field, after its JSON pointer if the field is nested. */
function errorItems(error) {
	const items = reasonElements("li", reasonsOf(error));
	if (error.pointer?.split("/").length > 2) items[0].prepend(h("code", error.pointer), ": ");
	return items;
}

function keyForm(retry) {
	const input = h("input", { id: "service-key", type: "password", autocomplete: "off", required: true });
	const take = (event) => {
		event.preventDefault();
		setKey(input.value.trim());
		retry();
	};
	return h("form", { onsubmit: take }, labelled(t("failure.key"), input), h("p.row", h("button.main", { type: "submit" }, t("failure.unlock"))));
}

/** A download link; with a key, which a link cannot send, the file is fetched and then saved. */
export function fileLink(href, name, label) {
	const link = h("a.button", { href, download: name, onclick: (event) => hasKey() && take(event) }, label);
	return link;

	async function take(event) {
		event.preventDefault();
		try {
			saveFile(name, await call(href, { as: "blob" }));
		} catch (failure) {
			link.parentElement.after(failureBox(failure, () => link.click()));
		}
	}
}

function retryRow(box, retry, seconds) {
	const note = h("span.muted");
	if (seconds) count(seconds);
	return h("p.row", h("button.main", { onclick: () => retry() }, t("failure.retry")), note);

	function count(left) {
		show(note, t("failure.countdown", { seconds: left }));
		setTimeout(() => {
			if (!box.isConnected) return;
			if (left > 1) count(left - 1);
			else retry();
		}, 1000);
	}
}
