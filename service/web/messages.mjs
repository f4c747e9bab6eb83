// What the page says, in the reader's language: every sentence stands in one file of the service, messages.json.

export const LANGUAGES = [
	{ code: "en", tag: "en", name: "English" },
	{ code: "zh", tag: "zh-Hans", name: "中文" },
];

/** The language that was chosen here before, or the first of the reader's that we speak. */
export function preferredLanguage(stored) {
	const wanted = [stored, ...(navigator.languages ?? [navigator.language])].map((tag) => tag?.slice(0, 2).toLowerCase());
	const spoken = LANGUAGES.map(({ code }) => code);
	return wanted.find((code) => spoken.includes(code)) ?? "en";
}

/** The language that is spoken now. */
export let language = null;

let [messages, numberFormat] = [{}, null];

/** Speak a language from now on. */
export async function setLanguage(code) {
	messages = (await import(`./messages-${code}.mjs`)).default;
	language = LANGUAGES.find((each) => each.code === code);
	numberFormat = new Intl.NumberFormat(language.tag);
}

/** A sentence: `t("sweep.count", { total: 1024 })`. Numbers in it are written as the language writes them, sizes kept whole. */
export function t(key, facts = {}) {
	const text = findMessage(key);
	if (text === undefined) throw new Error(`no message is called ${key}`);
	return text.replace(/\{(\w+)\}/g, (_, name) => numberText(facts[name]).replaceAll(" × ", "\u00a0×\u00a0"));
}

function findMessage(key) {
	const [, group, name] = /^(\w+)\.(.+)$/.exec(key);
	return messages.page[group]?.[name];
}

export const hasMessage = (key) => findMessage(key) !== undefined;

/** What the service says in English, by `kind`, each with what it is in this language. */
export const translations = (kind) => Object.entries(messages.translations?.[kind] ?? {});

export const numberText = (value) => (typeof value === "number" ? numberFormat.format(value) : String(value));

/** A size as people write it: 218 × 178. */
export const sizeText = (size) => (size.length ? size.join(" × ") : "1");

/** The sizes of a chain in their order. */
export const sizesText = (sizes) => sizes.map(sizeText).join(" → ");
