// The grid of a sweep: lists and ranges by field, as on the command line.

import { FIELDS, READERS } from "./brief.mjs";

/** Most designs of a sweep. */
export const MAX_DESIGNS = 10_000;

export const START = { resolution: "32..96:32", latent_dim: "64, 128" };

/** The fields of the form, in its order. */
export const NAMES = Object.values(FIELDS).filter(({ sweep }) => sweep).map(({ name }) => name);

const parts = (text = "") => text.split(",").map((part) => part.trim()).filter(Boolean);

/** The low, high and step of a range (28..64:4); null for other text. */
const readRange = (text) => /^(\d{1,9})\.\.(\d{1,9})(?::(\d{1,9}))?$/.exec(text)?.slice(1).map((part) => Number(part ?? 1)) ?? null;

/** Number of values of a range; 0 if it does not ascend. */
const countRange = ([low, high, step]) => (high < low || step < 1 ? 0 : Math.floor((high - low) / step) + 1);

/** Number of values of a part, and what is wrong with it: "range" or "many", or null. */
function checkPart(part) {
	const range = readRange(part);
	const count = range ? countRange(range) : 1;
	return { count, wrong: count === 0 ? "range" : count > MAX_DESIGNS ? "many" : null };
}

/** Number of designs of these fields, and the key of an error by field. */
export function checkGrid(fields) {
	let total = 1;
	const errors = {};
	for (const name of NAMES) {
		const found = parts(fields[name]).map(checkPart);
		const wrong = found.find((part) => part.wrong)?.wrong;
		if (wrong) errors[name] = wrong;
		if (found.length) total *= found.reduce((sum, { count }) => sum + count, 0);
	}
	return { total, errors };
}

/** The values of a part; text that is none passes unchanged, for the service to refuse. */
function valuesOf(part, read) {
	const { count, wrong } = checkPart(part);
	const [low, , step] = readRange(part) ?? [];
	return step === undefined || wrong ? [read(part)] : Array.from({ length: count }, (_, at) => low + at * step);
}

/** The grid of these fields: lists by field, in the order of the form. */
export function gridOf(fields) {
	const lists = NAMES.map((name) => [name, parts(fields[name]).flatMap((part) => valuesOf(part, READERS[FIELDS[name].kind]))]);
	return Object.fromEntries(lists.filter(([, values]) => values.length));
}
