// The products of a layer: which inputs each output adds up, and by which tap of the kernel.

/** The indices of a position in a map that is flattened row by row. */
export function unravel(place, size) {
	return size.reduceRight(([rest, ...indices], side) => [Math.floor(rest / side), rest % side, ...indices], [place]).slice(1);
}

/** The position of indices in a map that is flattened row by row. */
export const ravel = (indices, size) => size.reduce((place, side, axis) => place * side + indices[axis], 0);

export const product = (sides) => sides.reduce((all, side) => all * side, 1);

/** The products of a layer from the matrices of its axes: its matrix is their Kronecker product. */
export class Products {
	constructor({ axis_matrices: axes, kernel_size: kernel, input_size: inputs, output_size: outputs }) {
		Object.assign(this, { axes, kernel, inputs, outputs });
		this.count = product(axes.map(({ entries }) => entries.length));
		this.byOutput = axes.map(({ shape, entries }) => listed(shape[0], entries, ([row, column, tap]) => [row, [column, tap]]));
		this.byInput = axes.map(({ shape, entries }) => listed(shape[1], entries, ([row, column, tap]) => [column, [row, tap]]));
	}

	/** [input, tap] of each product of an output. */
	ofOutput(place) {
		const lists = unravel(place, this.outputs).map((index, axis) => this.byOutput[axis][index]);
		return this.#combine(lists, this.inputs);
	}

	/** [output, tap] of each product with an input. */
	ofInput(place) {
		const lists = unravel(place, this.inputs).map((index, axis) => this.byInput[axis][index]);
		return this.#combine(lists, this.outputs);
	}

	/** Call `visit(output, input, tap)` for every product. */
	visit(visit) {
		for (let output = 0; output < product(this.outputs); output += 1) {
			for (const [input, tap] of this.ofOutput(output)) visit(output, input, tap);
		}
	}

	#combine(lists, size) {
		const start = [[0, 0]];
		return lists.reduce((found, list, axis) => found.flatMap(([place, tap]) => list.map(([index, each]) => [place * size[axis] + index, tap * this.kernel[axis] + each])), start);
	}
}

function listed(length, entries, pair) {
	const lists = Array.from({ length }, () => []);
	for (const entry of entries) {
		const [index, value] = pair(entry);
		lists[index].push(value);
	}
	return lists;
}
