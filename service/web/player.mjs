// Steps through the places of a layer: buttons, a slider, and a clock that the reader can stop.

import { h, s, show } from "./dom.mjs";
import { words } from "./words.mjs";

const [SLOWEST_MS, FASTEST_MS, WHOLE_MS] = [900, 120, 60_000];

const SIGNS = {
	first: "M2 2h3v12h-3zM14 2v12l-8-6z",
	back: "M12 2v12l-8-6z",
	play: "M3 1v14l11-7z",
	pause: "M3 2h4v12h-4zM9 2h4v12h-4z",
	next: "M4 2v12l8-6z",
};

/** The player: `show({count, seek})` gives it something to step; `seek(place)` says what is seen. */
export function makePlayer() {
	let [steps, place, timer] = [null, 0, null];
	const play = button("play", () => (timer ? stop() : start()));
	const label = words("player.place");
	const slider = h("input", { type: "range", id: "player-place", min: 0, "aria-label": label, oninput: () => halt(Number(slider.value)) });
	const where = h("span.number.small.where");
	const said = h("p.said");
	const row = [button("first", () => halt(0)), button("back", () => halt(place - 1)), play, button("next", () => halt(place + 1)), slider, where];
	const element = h("div.panel.player", { role: "group", "aria-label": words("player.name") }, h("div.row", row), said);
	return { element, show: replace, stop };

	function button(act, onclick) {
		return name(h("button", { onclick }), act);
	}

	function name(element, act) {
		const label = words(`player.${act}`);
		for (const [field, value] of Object.entries({ "data-act": act, "aria-label": label, title: label })) element.setAttribute(field, value);
		return show(element, s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: SIGNS[act] })));
	}

	/** Something else to step: from its first place, and moving where it moved before. */
	function replace(next) {
		const moving = timer !== null || (steps === null && !matchMedia("(prefers-reduced-motion: reduce)").matches);
		steps = next;
		slider.max = next.count - 1;
		go(0);
		if (moving) start();
	}

	function go(next) {
		place = (next + steps.count) % steps.count;
		slider.value = place;
		const told = steps.seek(place);
		show(said, told);
		show(where, words("player.where", { place: place + 1, count: steps.count }));
		slider.setAttribute("aria-valuetext", told);
	}

	function halt(next) {
		stop();
		go(next);
	}

	function start() {
		stop();
		timer = setInterval(() => go(place + 1), Math.max(FASTEST_MS, Math.min(SLOWEST_MS, WHOLE_MS / steps.count)));
		name(play, "pause");
	}

	function stop() {
		clearInterval(timer);
		timer = null;
		name(play, "play");
	}
}
