// What the page says, in the reader's language: every sentence stands in messages.mjs.

import { MESSAGES } from "./messages.mjs";

/** The languages in the order of each message. */
export const LANGUAGES = [
  { code: "en", tag: "en", name: "English" },
  { code: "zh", tag: "zh-Hans", name: "中文" },
];

/** The language that was chosen here before, or the first of the reader's that we speak. */
export function preferredLanguage(stored) {
  const wanted = [stored, ...(navigator.languages ?? [navigator.language])];
  const known = wanted.map((tag) => tag?.slice(0, 2).toLowerCase());
  return LANGUAGES.find(({ code }) => code === known.find(isKnown))?.code ?? "en";
}

const isKnown = (code) => LANGUAGES.some((language) => language.code === code);

/**
 * The messages in one language: `words("key", {n: 4})`, `words.number(1024)`, `words.has("key")`.
 * A number that is put into a sentence is written as the language writes it.
 */
export function wordsIn(code) {
  const place = LANGUAGES.findIndex((language) => language.code === code);
  const figures = new Intl.NumberFormat(LANGUAGES[place].tag);
  const words = (key, facts = {}) => {
    if (!MESSAGES[key]) throw new Error(`no message is called ${key}`);
    return MESSAGES[key][place].replace(/\{(\w+)\}/g, (_, name) =>
      typeof facts[name] === "number" ? figures.format(facts[name]) : String(facts[name]),
    );
  };
  words.code = code;
  words.tag = LANGUAGES[place].tag;
  words.has = (key) => Boolean(MESSAGES[key]);
  words.number = (value) => figures.format(value);
  return words;
}

/** A size as people write it: 218 × 178. */
export const sizeText = (size) => (size.length ? size.join(" × ") : "1");

/** A translator for the texts inside the service's pictures, which come in English. */
export function pictureWords(words) {
  const pairs = words("picture.words").split("|").map((pair) => pair.split("="));
  return (text) => pairs.reduce((said, [from, to]) => (from ? said.replaceAll(from, to) : said), text);
}
