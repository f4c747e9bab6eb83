// The seconds of a verification: those that have passed, and an estimate from earlier ones.

import { h } from "./dom.mjs";
import { t } from "./messages.mjs";

const STORED_AS = "verifications";
const MOST_KEPT = 20;

/** Seconds grow with about this power of the multiply-adds, from 14 million to 4 billion. */
const EXPONENT = 0.4;

/** What takes less was not run by torch: its receipt was kept. */
const LEAST_SECONDS = 0.1;

/** Multiply-adds and seconds of the last verifications, which the browser keeps. */
let known = readKnown();

function readKnown() {
	try {
		return (JSON.parse(localStorage.getItem(STORED_AS)) ?? []).filter(({ work, seconds }) => work > 0 && seconds > 0);
	} catch {
		return [];
	}
}

/** The multiply-adds of all networks for one sample. */
const workOf = ({ generator, discriminator, encoder }) =>
	[generator, discriminator, encoder].reduce((sum, network) => sum + (network?.multiply_adds ?? 0), 0);

/** Keep the seconds that the service took to verify a design: the stage `verify` of Server-Timing. */
export function noteVerification(design, serverTiming) {
	const seconds = Number(/\bverify;dur=([\d.]+)/.exec(serverTiming ?? "")?.[1] ?? 0) / 1000;
	if (seconds < LEAST_SECONDS) return;
	known = [...known, { work: workOf(design), seconds }].slice(-MOST_KEPT);
	try {
		localStorage.setItem(STORED_AS, JSON.stringify(known));
	} catch {
		// If storage is disabled, they last until the page is reloaded.
	}
}

/** The estimated seconds of a verification, from the latest one with the most similar work; null without any. */
function estimateSeconds(design) {
	const work = workOf(design);
	const distance = (one) => Math.abs(Math.log(one.work / work));
	const nearest = known.reduce((best, each) => (best && distance(best) < distance(each) ? best : each), null);
	return nearest && Math.max(1, Math.round(nearest.seconds * (work / nearest.work) ** EXPONENT));
}

/** The seconds since now, counted while the element is shown, beside the estimate. */
export function elapsedSeconds(design) {
	const [start, expected] = [Date.now(), estimateSeconds(design)];
	const element = h("span.elapsed.muted.small.number");
	count();
	return element;

	function count() {
		const elapsed = Math.round((Date.now() - start) / 1000);
		element.textContent = t(expected ? "verdict.estimated" : "verdict.elapsed", { elapsed, expected });
		setTimeout(() => element.isConnected && count(), 1000);
	}
}
