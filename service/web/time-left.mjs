// The time that a job still needs, from the progress seen so far.

import { language } from "./messages.mjs";

const [MIN_SEEN_MS, WINDOW_MS] = [1500, 60_000];

/** Records progress with `record(done)`; `text(total)` is the time left, or null if nothing is known. */
export function progressClock(now = () => performance.now()) {
	let seen = [];
	return { record, text };

	function record(done) {
		const time = now();
		if (seen.at(-1)?.done === done) return;
		seen = [...seen.filter((each) => time - each.time < WINDOW_MS), { time, done }];
	}

	function text(total) {
		const [first, last] = [seen[0], seen.at(-1)];
		if (!first || last.done === first.done || now() - first.time < MIN_SEEN_MS) return null;
		const perDesign = (last.time - first.time) / (last.done - first.done);
		return durationText(Math.max(0, (total - last.done) * perDesign - (now() - last.time)) / 1000);
	}
}

/** Seconds, minutes or hours in words. */
function durationText(seconds) {
	const [unit, size] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
	const format = new Intl.NumberFormat(language.tag, { style: "unit", unit, unitDisplay: "long" });
	return format.format(Math.max(1, Math.round(seconds / size)));
}
