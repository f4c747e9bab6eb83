// Steps through the positions of a layer: buttons, a slider, and a playback that can be paused.

import { h, s, show } from "./dom.mjs";
import { t } from "./messages.mjs";

const [LONGEST_STEP_MS, SHORTEST_STEP_MS, MAX_CYCLE_MS] = [900, 120, 60_000];

const SPEEDS = [0.25, 0.5, 1, 2, 4];

const ICONS = {
	first: "M2 2h3v12h-3zM14 2v12l-8-6z",
	back: "M12 2v12l-8-6z",
	play: "M3 1v14l11-7z",
	pause: "M3 2h4v12h-4zM9 2h4v12h-4z",
	next: "M4 2v12l8-6z",
};

/**
 * The player: `show({count, seek})` sets the content; `seek(place)` moves it and returns a description.
 * `hold(text)` pauses it and shows another description; without a text it goes on.
 */
export function makePlayer(...more) {
	let [steps, place, timer, speed, held] = [null, 0, null, 1, false];
	const play = button("play", () => (timer ? stop() : start()));
	const label = t("player.place");
	const slider = h("input", { type: "range", id: "player-place", min: 0, "aria-label": label, oninput: () => stopAt(Number(slider.value)) });
	const stepNumber = h("span.number.small.step-number");
	const stepText = h("p.step-text");
	const speeds = h("select", { "aria-label": t("player.speed"), title: t("player.speed"), onchange: () => changeSpeed(Number(speeds.value)) }, SPEEDS.map((each) => h("option", { value: each, selected: each === 1 }, `${each}×`)));
	const row = [button("first", () => stopAt(0)), button("back", () => stopAt(place - 1)), play, button("next", () => stopAt(place + 1)), slider, stepNumber, speeds];
	const element = h("div.panel.player", { role: "group", "aria-label": t("player.name") }, h("div.row", row), more, stepText);
	return { element, show: replace, stop, hold };

	function changeSpeed(next) {
		speed = next;
		if (timer) start();
	}

	function hold(text) {
		held = text !== undefined;
		if (held) show(stepText, text);
		else if (steps) showStep(place);
	}

	function button(act, onclick) {
		return labelButton(h("button", { onclick }), act);
	}

	function labelButton(element, act) {
		const label = t(`player.${act}`);
		for (const [field, value] of Object.entries({ "data-act": act, "aria-label": label, title: label })) element.setAttribute(field, value);
		return show(element, s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: ICONS[act] })));
	}

	/** Set the content, starting at its first position; playback continues if it was running. */
	function replace(next) {
		const moving = timer !== null || (steps === null && !matchMedia("(prefers-reduced-motion: reduce)").matches);
		[steps, held] = [next, false];
		slider.max = next.count - 1;
		showStep(0);
		if (moving) start();
	}

	function showStep(next) {
		place = (next + steps.count) % steps.count;
		slider.value = place;
		const text = steps.seek(place);
		show(stepText, text);
		show(stepNumber, t("player.step-number", { place: place + 1, count: steps.count }));
		slider.setAttribute("aria-valuetext", text);
	}

	function stopAt(next) {
		stop();
		showStep(next);
	}

	function start() {
		stop();
		const stepMs = Math.max(SHORTEST_STEP_MS, Math.min(LONGEST_STEP_MS, MAX_CYCLE_MS / steps.count)) / speed;
		timer = setInterval(() => held || showStep(place + 1), stepMs);
		labelButton(play, "pause");
	}

	function stop() {
		clearInterval(timer);
		timer = null;
		labelButton(play, "play");
	}
}
