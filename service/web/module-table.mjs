// The modules of a network as torchinfo prints them.

const [RULE, NAME_WIDTH, SHAPE_WIDTH] = ["=".repeat(90), 41, 26];

/** The modules in the columns of torchinfo, for a batch of one; multiply-adds are those of the design. */
export function modulesText({ class_name: kind, modules, output_shape: shape, parameters, multiply_adds: work }) {
	const line = (name, size, count) => `${name.padEnd(NAME_WIDTH)}${(size ? `[${size.join(", ")}]` : "--").padEnd(SHAPE_WIDTH)}${count ? count.toLocaleString("en") : "--"}`;
	const counts = [0, 0, 0, 0];
	const rows = modules.flatMap((each) => {
		const steps = each.name.split(".");
		return steps.map((_, depth) => {
			const path = [...steps.slice(0, depth + 1), ""].join(".");
			const inside = modules.filter(({ name }) => `${name}.`.startsWith(path));
			if (inside[0] !== each) return "";
			const kind = depth === steps.length - 1 ? each.class_name : containerKind(path);
			const name = `${depth ? "│    ".repeat(depth) + "└" : "├"}─${kind}: ${depth + 1}-${(counts[depth] += 1)}`;
			const size = kind !== "ModuleList" && [1, ...inside.at(-1).output_shape];
			return line(name, size, kind === each.class_name && each.parameters);
		});
	}).filter(Boolean);
	const result = kind === "Discriminator" && shape.every((side) => side === 1) ? [1] : [1, ...shape];
	const head = "Layer (type:depth-idx)".padEnd(NAME_WIDTH) + "Output Shape".padEnd(SHAPE_WIDTH) + "Param #";
	const totals = [`Total params: ${parameters.toLocaleString("en")}`, `Total mult-adds: ${work.toLocaleString("en")}`];
	return [RULE, head, RULE, line(kind, result, 0), ...rows, RULE, ...totals, RULE].join("\n");
}

/** The class of a container, by its path. */
function containerKind(path) {
	if (/^(down|up)\.$/.test(path)) return "ModuleList";
	if (/^up\.\d+\.$/.test(path)) return "Up";
	return /\d\.$/.test(path) && !/^down\.\d+\.$/.test(path) ? "Block" : "Sequential";
}
