// The frame: which view is shown, in which language and colours, and the address that says so.
//
// A view is a module of its name, loaded when it is wanted, whose `mount(root, context)` gives
// `{update(params), unmount()}`. `params` are the address's fields without `view`; views of one
// group share them, and going back to a group finds them as they were left. `context` is
//   call       the service (api.mjs), keeping its last answers
//   words      what the page says (words.mjs)
//   navigate   navigate(params, {view, replace}): a new state, in the address and on the screen
//   address    address(params, view): the path of a state, for links
//   announce   a sentence for screen readers

import { Failure, call, keeping } from "./api.mjs";
import { h, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { LANGUAGES, preferredLanguage, wordsIn } from "./words.mjs";

const VIEWS = [
  { name: "design", group: "design" },
  { name: "code", group: "design" },
  { name: "layer", group: "layer" },
  { name: "audit", group: "audit" },
  { name: "sweep", group: "sweep" },
];

/** Fields that stand behind the address's #: what a reader pasted is not sent when a page is loaded. */
const UNSENT = ["text", "error"];

const [skip, header, main, footer, live] = [".skip", "header", "main", "footer", "#live"].map(
  (name) => document.querySelector(name),
);
const kept = { call: keeping(call) };
const groups = {};
let words = wordsIn(preferredLanguage(remembered("language")));
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
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Where nothing may be stored, the choice lasts as long as the page.
  }
}

/** The state that the address names. */
function readAddress() {
  const unsent = [...new URLSearchParams(location.hash.slice(1))].filter(([field]) => UNSENT.includes(field));
  const { view: name = VIEWS[0].name, ...params } = Object.fromEntries([...new URLSearchParams(location.search), ...unsent]);
  return { name, params, view: VIEWS.find((view) => view.name === name) };
}

/** The path of a state: the first view goes without saying. */
function address(params, view) {
  const fields = view === VIEWS[0].name ? params : { view, ...params };
  const [sent, unsent] = [false, true].map((kept) => {
    const chosen = Object.entries(fields).filter(([field]) => UNSENT.includes(field) === kept);
    return new URLSearchParams(chosen).toString();
  });
  return `/${sent && `?${sent}`}${unsent && `#${unsent}`}`;
}

const currentPath = () => location.pathname + location.search + location.hash;

function navigate(params, { view = shown.view.name, replace = false } = {}) {
  const path = address(params, view);
  if (path !== currentPath()) {
    history[replace ? "replaceState" : "pushState"](null, "", path);
  }
  render();
}

async function render({ afresh = false } = {}) {
  const { name, params, view } = readAddress();
  if (!view) return renderWrongView(name);
  groups[view.group] = params;
  drawFrame(view);
  if (!afresh && shown?.view === view) return shown.mounted.update(params);
  shown?.mounted.unmount();
  const moved = shown !== null && shown.view !== view;
  const now = (shown = { view, mounted: { update() {}, unmount() {} } });
  const module = await import(`./${view.name}.mjs`).catch(() => null);
  if (shown !== now) return;
  const root = h("div", { class: `view ${view.name}` });
  show(main, root);
  if (!module) return root.append(failureBox(new Failure("network"), { words, retry: () => location.reload() }));
  now.mounted = module.mount(root, { call: kept.call, words, navigate, address, announce });
  now.mounted.update(readAddress().params);
  if (moved) {
    window.scrollTo(0, 0);
    announce(titleOf(view));
  }
}

const titleOf = (view) => words(`${view.name}.title`);

function renderWrongView(name) {
  shown?.mounted.unmount();
  shown = null;
  drawFrame(null);
  show(
    main,
    h(
      "section",
      { class: "failure", role: "alert" },
      h("h1", null, words("address.title")),
      h("p", null, words("address.view", { name })),
      h("p", null, h("a", { href: "/" }, words("address.start"))),
    ),
  );
}

function announce(text) {
  live.textContent = text;
}

function drawFrame(current) {
  const title = current ? titleOf(current) : words("address.title");
  document.title = `${title} – gan-designer`;
  document.documentElement.lang = words.tag;
  show(skip, words("frame.skip"));
  const focus = header.contains(document.activeElement) ? document.activeElement.id : null;
  show(
    header,
    h("a", { class: "brand", href: "/", id: "to-start", onclick: follow }, mark(), "gan-designer"),
    h("nav", { "aria-label": words("frame.views") }, VIEWS.map((view) => tab(view, current))),
    h("div", { class: "tools" }, languageButton(), schemeButton()),
  );
  if (focus) document.getElementById(focus)?.focus();
  show(
    footer,
    h("p", null, words("frame.about")),
    h("p", null, h("a", { href: "/docs" }, words("frame.docs"))),
  );
}

const mark = () => h("span", { class: "mark", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

const tab = (view, current) =>
  h(
    "a",
    {
      id: `to-${view.name}`,
      href: address(groups[view.group] ?? {}, view.name),
      "aria-current": view === current ? "page" : null,
      onclick: follow,
    },
    titleOf(view),
  );

/** Follow a link of the page without loading it anew; with a modifier the browser does as it does. */
function follow(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const path = event.currentTarget.getAttribute("href");
  if (path !== currentPath()) history.pushState(null, "", path);
  render();
}

function languageButton() {
  const other = LANGUAGES.find(({ code: spoken }) => spoken !== words.code);
  const change = () => {
    remember("language", other.code);
    words = wordsIn(other.code);
    render({ afresh: true });
  };
  return h("button", { type: "button", id: "language", lang: other.tag, onclick: change }, other.name);
}

function schemeButton() {
  const root = document.documentElement;
  const dark = root.dataset.scheme
    ? root.dataset.scheme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const change = () => {
    root.dataset.scheme = dark ? "light" : "dark";
    remember("scheme", root.dataset.scheme);
    drawFrame(shown?.view ?? null);
  };
  const label = words(dark ? "frame.light" : "frame.dark");
  return h("button", { type: "button", id: "scheme", "aria-label": label, title: label, onclick: change }, dark ? "☀" : "☾");
}

skip.addEventListener("click", (event) => {
  event.preventDefault(); // the address keeps what stands behind its #
  main.focus();
});
window.addEventListener("popstate", () => render());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawFrame(shown?.view ?? null));
render();
