// The frame of the page: view, language, colour scheme and the URL that holds the state.
//
// A view is the module of its name, loaded on demand. Its `mount(root, context)` returns
// `{update(params), unmount()}`. `params` are the fields of the URL without `view`. Views of one
// group share them, and a group keeps them while another group is shown. `context` holds
//   navigate   navigate(params, {view, replace}): change the state in the URL and on the screen
//   address    address(params, view): the path of a state, for links
//   announce   announce(text): pass a sentence to screen readers

import { Failure, pageFault } from "./api.mjs";
import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { LANGUAGES, language, preferredLanguage, setLanguage, t } from "./messages.mjs";

/** View: its group. */
const VIEWS = { design: "design", code: "design", layer: "layer", audit: "audit", sweep: "sweep" };

/** Fields in the fragment of the URL: pasted text is not sent to the server when the page loads. */
const FRAGMENT_FIELDS = ["text", "error"];

const [skip, header, main, footer, live] = [".skip", "header", "main", "footer", "#live"].map((name) => document.querySelector(name));
const groups = {};
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
let mountedView = null;

function readStored(name) {
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

function store(name, value) {
	try {
		localStorage.setItem(name, value);
	} catch {
		// If storage is disabled, the choice lasts until the page is reloaded.
	}
}

/** The state in the URL. */
function readAddress() {
	const fragment = [...new URLSearchParams(location.hash.slice(1))].filter(([field]) => FRAGMENT_FIELDS.includes(field));
	const { view = "design", ...params } = Object.fromEntries([...new URLSearchParams(location.search), ...fragment]);
	return { view, params };
}

/** The path of a state; the default view is left out. */
function address(params, view) {
	const fields = Object.entries(view === "design" ? params : { view, ...params });
	const [query, fragment] = [false, true].map((inFragment) => `${new URLSearchParams(fields.filter(([field]) => FRAGMENT_FIELDS.includes(field) === inFragment))}`);
	return `/${query && `?${query}`}${fragment && `#${fragment}`}`;
}

/** Show a path of this page and add it to the history. */
function goTo(path, replace = false) {
	if (path !== location.pathname + location.search + location.hash) {
		history[replace ? "replaceState" : "pushState"](null, "", path);
	}
	render();
}

const navigate = (params, { view = mountedView.view, replace } = {}) => goTo(address(params, view), replace);

async function render({ remount = false } = {}) {
	clearFault();
	const { view, params } = readAddress();
	const known = Object.hasOwn(VIEWS, view);
	if (known) groups[VIEWS[view]] = params;
	drawFrame(known && view);
	if (known && !remount && mountedView?.view === view) return mountedView.mounted.update(params);
	mountedView?.mounted.unmount();
	const viewChanged = mountedView !== null && mountedView.view !== view;
	const newView = (mountedView = known ? { view, mounted: { update() {}, unmount() {} } } : null);
	if (!known) return show(main, unknownViewBox(view));
	const module = await import(`./${view}.mjs`).catch(() => null);
	if (mountedView !== newView) return;
	const root = h("div.view", { class: view });
	show(main, root);
	if (!module) return show(root, unreachableBox());
	newView.mounted = module.mount(root, { navigate, address, announce });
	newView.mounted.update(readAddress().params);
	if (viewChanged) {
		window.scrollTo(0, 0);
		announce(titleOf(view));
	}
}

/** Show an error that nothing else has handled, above the view, which is dimmed: it may be wrong. */
function showFault(error) {
	if (!error) return; // a notice of the browser, such as that of a resize observer
	clearFault();
	const box = failureBox(pageFault(error), () => location.reload());
	box.classList.add("fault");
	for (const busy of main.querySelectorAll("[aria-busy=true]")) busy.setAttribute("aria-busy", "false");
	main.prepend(box);
}

function clearFault() {
	main.querySelector(".fault")?.remove();
}

const titleOf = (view) => t(`${view}.title`);

const unreachableBox = () => failureBox(new Failure("network"), () => location.reload());

const unknownViewBox = (name) =>
	h(
		"section.failure",
		{ role: "alert" },
		h("h1", t("address.title")),
		h("p", t("address.view", { name })),
		h("p", h("a", { href: "/" }, t("address.start"))),
	);

function announce(text) {
	live.textContent = text;
}

function drawFrame(current) {
	document.title = `${current ? titleOf(current) : t("address.title")} – gan-designer`;
	document.documentElement.lang = language.tag;
	show(skip, t("frame.skip"));
	const focus = header.contains(document.activeElement) ? document.activeElement.id : null;
	show(
		header,
		h("a.brand", { href: "/", id: "to-start", onclick: followLink }, h("span.mark", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), "gan-designer"),
		h("nav", { "aria-label": t("frame.views") }, Object.keys(VIEWS).map((view) => viewLink(view, current))),
		h("div.tools", languageButton(), schemeButton(current)),
	);
	if (focus) document.getElementById(focus)?.focus();
	show(footer, h("p", t("frame.about")), h("p", h("a", { href: "/docs" }, t("frame.docs"))));
}

const viewLink = (view, current) =>
	h(
		"a",
		{
			id: `to-${view}`,
			href: address(groups[VIEWS[view]] ?? {}, view),
			"aria-current": view === current && "page",
			onclick: followLink,
		},
		titleOf(view),
	);

/** Follow a link without a page load; leave clicks with a modifier key to the browser. */
function followLink(event) {
	if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	goTo(event.currentTarget.getAttribute("href"));
}

function languageButton() {
	const { code, tag, name } = LANGUAGES.find((each) => each !== language);
	return h("button", { id: "language", lang: tag, onclick: change }, name);

	async function change() {
		try {
			await setLanguage(code);
		} catch {
			return show(main, unreachableBox());
		}
		store("language", code);
		render({ remount: true });
	}
}

function schemeButton(current) {
	const { dataset } = document.documentElement;
	const dark = dataset.scheme ? dataset.scheme === "dark" : darkSystem.matches;
	const label = t(dark ? "frame.light" : "frame.dark");
	return h("button", { id: "scheme", "aria-label": label, title: label, onclick: change }, dark ? "☀" : "☾");

	function change() {
		dataset.scheme = dark ? "light" : "dark";
		store("scheme", dataset.scheme);
		drawFrame(current);
	}
}

skip.addEventListener("click", (event) => {
	event.preventDefault(); // keep the fragment of the URL
	main.focus();
});
await setLanguage(preferredLanguage(readStored("language")));
window.addEventListener("error", ({ error }) => showFault(error));
window.addEventListener("unhandledrejection", ({ reason }) => showFault(reason));
window.addEventListener("popstate", () => render());
darkSystem.addEventListener("change", () => drawFrame(mountedView?.view));
render();
