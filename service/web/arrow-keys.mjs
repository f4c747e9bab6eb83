// Keys in a group of elements of which one has the focus.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Handle a key on one of `elements`: arrows move the focus around; Enter and space call `take`, if there is one. */
export function pressKey(event, elements, take) {
	const step = STEPS[event.key];
	const isTaken = take && (event.key === "Enter" || event.key === " ");
	if (!step && !isTaken) return;
	event.preventDefault();
	if (isTaken) return take();
	const next = elements[(elements.indexOf(event.currentTarget) + step + elements.length) % elements.length];
	for (const each of elements) each.setAttribute("tabindex", each === next ? "0" : "-1");
	next.focus();
}
