// The frame: which view is shown, in which language and colours, and the address that says so.
//
// A view is a module of its name, loaded when it is wanted, whose `mount(root, context)` gives
// `{update(params), unmount()}`. `params` are the address's fields without `view`; views of one
// group share them, and going back to a group finds them as they were left. `context` is
//   navigate   navigate(params, {view, replace}): a new state, in the address and on the screen
//   address    address(params, view): the path of a state, for links
//   announce   a sentence for screen readers

import { Failure } from "./api.mjs";
import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { LANGUAGES, language, preferredLanguage, speak, words } from "./words.mjs";

/** Each view with its group. */
const VIEWS = { design: "design", code: "design", layer: "layer", audit: "audit", sweep: "sweep" };

/** Fields that stand behind the address's #: what a reader pasted is not sent when a page is loaded. */
const UNSENT = ["text", "error"];

const [skip, header, main, footer, live] = [".skip", "header", "main", "footer", "#live"].map((name) => document.querySelector(name));
const groups = {};
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
let shown = null;

function remembered(name) {
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

function remember(name, value) {
	try {
		localStorage.setItem(name, value);
	} catch {
		// Where nothing may be stored, the choice lasts as long as the page.
	}
}

/** The state that the address names. */
function readAddress() {
	const unsent = [...new URLSearchParams(location.hash.slice(1))].filter(([field]) => UNSENT.includes(field));
	const { view = "design", ...params } = Object.fromEntries([...new URLSearchParams(location.search), ...unsent]);
	return { view, params };
}

/** The path of a state: the first view goes without saying. */
function address(params, view) {
	const fields = Object.entries(view === "design" ? params : { view, ...params });
	const [sent, unsent] = [false, true].map((kept) => `${new URLSearchParams(fields.filter(([field]) => UNSENT.includes(field) === kept))}`);
	return `/${sent && `?${sent}`}${unsent && `#${unsent}`}`;
}

/** Go to a path of this page. */
function go(path, replace = false) {
	if (path !== location.pathname + location.search + location.hash) {
		history[replace ? "replaceState" : "pushState"](null, "", path);
	}
	render();
}

const navigate = (params, { view = shown.view, replace } = {}) => go(address(params, view), replace);

async function render({ afresh = false } = {}) {
	const { view, params } = readAddress();
	const known = Object.hasOwn(VIEWS, view);
	if (known) groups[VIEWS[view]] = params;
	drawFrame(known && view);
	if (known && !afresh && shown?.view === view) return shown.mounted.update(params);
	shown?.mounted.unmount();
	const moved = shown !== null && shown.view !== view;
	const now = (shown = known ? { view, mounted: { update() {}, unmount() {} } } : null);
	if (!known) return show(main, wrongView(view));
	const module = await import(`./${view}.mjs`).catch(() => null);
	if (shown !== now) return;
	const root = h("div.view", { class: view });
	show(main, root);
	if (!module) return show(root, unreachable());
	now.mounted = module.mount(root, { navigate, address, announce });
	now.mounted.update(readAddress().params);
	if (moved) {
		window.scrollTo(0, 0);
		announce(titleOf(view));
	}
}

const titleOf = (view) => words(`${view}.title`);

const unreachable = () => failureBox(new Failure("network"), () => location.reload());

const wrongView = (name) =>
	h(
		"section.failure",
		{ role: "alert" },
		h("h1", words("address.title")),
		h("p", words("address.view", { name })),
		h("p", h("a", { href: "/" }, words("address.start"))),
	);

function announce(text) {
	live.textContent = text;
}

function drawFrame(current) {
	document.title = `${current ? titleOf(current) : words("address.title")} – gan-designer`;
	document.documentElement.lang = language.tag;
	show(skip, words("frame.skip"));
	const focus = header.contains(document.activeElement) ? document.activeElement.id : null;
	show(
		header,
		h("a.brand", { href: "/", id: "to-start", onclick: follow }, h("span.mark", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), "gan-designer"),
		h("nav", { "aria-label": words("frame.views") }, Object.keys(VIEWS).map((view) => tab(view, current))),
		h("div.tools", languageButton(), schemeButton(current)),
	);
	if (focus) document.getElementById(focus)?.focus();
	show(footer, h("p", words("frame.about")), h("p", h("a", { href: "/docs" }, words("frame.docs"))));
}

const tab = (view, current) =>
	h(
		"a",
		{
			id: `to-${view}`,
			href: address(groups[VIEWS[view]] ?? {}, view),
			"aria-current": view === current && "page",
			onclick: follow,
		},
		titleOf(view),
	);

/** Follow a link of the page without loading it anew; with a modifier the browser does as it does. */
function follow(event) {
	if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	go(event.currentTarget.getAttribute("href"));
}

function languageButton() {
	const { code, tag, name } = LANGUAGES.find((each) => each !== language);
	return h("button", { id: "language", lang: tag, onclick: change }, name);

	async function change() {
		try {
			await speak(code);
		} catch {
			return show(main, unreachable());
		}
		remember("language", code);
		render({ afresh: true });
	}
}

function schemeButton(current) {
	const { dataset } = document.documentElement;
	const dark = dataset.scheme ? dataset.scheme === "dark" : darkSystem.matches;
	const label = words(dark ? "frame.light" : "frame.dark");
	return h("button", { id: "scheme", "aria-label": label, title: label, onclick: change }, dark ? "☀" : "☾");

	function change() {
		dataset.scheme = dark ? "light" : "dark";
		remember("scheme", dataset.scheme);
		drawFrame(current);
	}
}

skip.addEventListener("click", (event) => {
	event.preventDefault(); // the address keeps what stands behind its #
	main.focus();
});
await speak(preferredLanguage(remembered("language")));
window.addEventListener("popstate", () => render());
darkSystem.addEventListener("change", () => drawFrame(shown?.view));
render();
