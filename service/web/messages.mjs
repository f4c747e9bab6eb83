// Messages of the page in the current language; their source is messages.json.

export const LANGUAGES = [
	{ code: "en", tag: "en", name: "English" },
	{ code: "zh", tag: "zh-Hans", name: "中文" },
];

/** The stored language, or the first supported language of the browser. */
export function preferredLanguage(stored) {
	const wanted = [stored, ...(navigator.languages ?? [navigator.language])].map((tag) => tag?.slice(0, 2).toLowerCase());
	const spoken = LANGUAGES.map(({ code }) => code);
	return wanted.find((code) => spoken.includes(code)) ?? "en";
}

/** The current language. */
export let language = null;

let [messages, numberFormat] = [{}, null];

/** Load a language and make it the current one. */
export async function setLanguage(code) {
	messages = (await import(`./messages-${code}.mjs`)).default;
	language = LANGUAGES.find((each) => each.code === code);
	numberFormat = new Intl.NumberFormat(language.tag);
}

/** A message: `t("sweep.count", { total: 1024 })`. Numbers are formatted for the language; sizes are not broken. */
export function t(key, facts = {}) {
	const text = findMessage(key);
	if (text === undefined) throw new Error(`no message is called ${key}`);
	return fillText(text, (name) => numberText(facts[name]));
}

/** A text with a value in the place of each `{name}`, or `{name:separator}` for a list. */
export const fillText = (text, valueOf) =>
	text.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, separator) => valueOf(name, separator).replaceAll(" × ", "\u00a0×\u00a0"));

function findMessage(key) {
	const [, group, name] = /^(\w+)\.(.+)$/.exec(key);
	return messages.page[group]?.[name];
}

/** The sentence about a field of the form. */
export const fieldSentence = (name) => messages.fields[name];

export const hasMessage = (key) => findMessage(key) !== undefined;

/** Load the translations of refusals and audits, which most visits do not need; English has none. */
export async function loadRefusals() {
	const { translations } = messages;
	if (language.code === "en" || translations.problems) return;
	const loaded = await import(`./refusals-${language.code}.mjs`).catch(() => null);
	Object.assign(translations.reasons, loaded?.default.reasons);
	translations.problems = loaded?.default.problems;
}

/** Translations of texts of the service by code, for a `kind` of text; English has none. */
export const translations = (kind) => messages.translations[kind] ?? {};

export const numberText = (value) => (typeof value === "number" ? numberFormat.format(value) : String(value));

/** A size as text: 218 × 178. */
export const sizeText = (size) => (size.length ? size.join(" × ") : "1");

/** The sizes of a chain in order. */
export const sizesText = (sizes) => sizes.map(sizeText).join(" → ");
