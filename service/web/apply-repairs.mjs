/** Applies the repairs of an audit: to a source by its unified diff, to layers change by change. */

/** The text after a unified diff, or null if the diff does not match the text. */
export function applyDiff(text, diff) {
	const before = text.split("\n");
	const after = [];
	let place = 0;
	for (const line of diff.split("\n")) {
		const hunk = /^@@ -(\d+)(?:,(\d+))? \+/.exec(line);
		if (hunk) {
			const start = hunk[2] === "0" ? Number(hunk[1]) : hunk[1] - 1;
			after.push(...before.slice(place, start));
			place = start;
		} else if (/^(---|\+\+\+) source\.py$/.test(line) || line === "") {
			continue;
		} else if (line[0] === "+") {
			after.push(line.slice(1));
		} else {
			if (before[place] !== line.slice(1)) return null;
			if (line[0] === " ") after.push(before[place]);
			place += 1;
		}
	}
	return [...after, ...before.slice(place)].join("\n");
}

/** The layers after the changes. Indices refer to the original layers; skips keep their origins. */
export function applyChanges(layers, changes) {
	const after = [];
	const places = new Map([[-1, -1]]);
	for (let index = 0; index <= layers.length; index += 1) {
		const mine = changes.filter((change) => change.index === index);
		const whole = mine.filter((change) => change.field === "layer");
		after.push(...whole.filter((change) => change.from === null).map((change) => change.to));
		if (index < layers.length && !whole.some((change) => change.to === null)) {
			const layer = { ...layers[index] };
			if (layer.op.endsWith("_from")) layer.from = places.get(layer.from);
			for (const { field, to } of mine) if (field !== "layer") layer[field] = to;
			after.push(layer);
		}
		places.set(index, after.length - 1);
	}
	return after;
}
