// Keeps the answer in view while a field above it is typed, on a phone with its keyboard, too.

/** After a key or a change of focus, the screen may change for so long: a keyboard opens, an answer arrives. */
const SETTLE_MS = 1000;

/** Scroll `fields` to the top of the screen if the `answer` below them is out of view. Returns a function that ends this. */
export function keepInView(fields, answer) {
	let last = -SETTLE_MS;
	const resized = new ResizeObserver(follow);
	resized.observe(answer);
	for (const name of ["focusin", "input"]) fields.addEventListener(name, begin);
	visualViewport.addEventListener("resize", follow);
	return () => {
		resized.disconnect();
		visualViewport.removeEventListener("resize", follow);
	};

	function begin() {
		last = performance.now();
		requestAnimationFrame(follow);
	}

	function follow() {
		if (performance.now() - last > SETTLE_MS || !fields.contains(document.activeElement)) return;
		const { height, offsetTop } = visualViewport;
		if (answer.getBoundingClientRect().bottom > offsetTop + height) fields.scrollIntoView({ block: "start" });
	}
}
