// The sweep view: a grid of designs as a job, its rows as they come, sorted, drawn, to take home.

import { Line, call, hasKey } from "./api.mjs";
import { h, labelled, panel, show } from "./dom.mjs";
import { failureBox, fileLink, strangeBox } from "./failure.mjs";
import { showScatter } from "./scatter.mjs";
import { saveRows, sweepTable } from "./sweep-table.mjs";
import { words } from "./words.mjs";

const [PAINT_MS, AGAIN_MS, POLL_MS] = [400, 5000, 2000];
const DRAWN = 400; // points of the plot; more would hide each other
const START = { resolution: "32, 64, 96", latent_dim: "64, 128" };

/** Fields of the grid, each with how one of its values is read. */
const FIELDS = {
	resolution: (text) => (/[x×]/.test(text) ? text.split(/[x×]/).map(whole) : whole(text)),
	latent_dim: whole,
	dimensions: whole,
	base_channels: whole,
	channels: whole,
	upsampling: String,
	normalization: String,
};

/** A whole number, or the text itself, for the service to refuse by name. */
function whole(text) {
	return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : text;
}

/** The grid that an address names: lists by field, in the order of the form. */
function gridOf(params) {
	const parts = (text = "") => text.split(",").map((part) => part.trim()).filter(Boolean);
	const lists = Object.entries(FIELDS).map(([name, read]) => [name, parts(params[name]).map(read)]);
	return Object.fromEntries(lists.filter(([, values]) => values.length));
}

/** The view, put into `root`. */
export function mount(root, { navigate, address, announce }) {
	const line = new Line();
	let [params, job, rows, source, timer, again, lost, sent] = [{}, null, [], null, 0, 0, false, {}];
	const count = h("span.muted", { "aria-live": "polite" });
	const levels = ["standard", "none"].map((value) => h("option", { value }, words(`sweep.verify.${value}`)));
	const form = h(
		"form.panel",
		{ novalidate: true, onsubmit: submit, oninput: countRows },
		h("div.fields", Object.keys(FIELDS).map(field), labelled(words("sweep.verify"), h("select", { id: "sweep-verify", name: "verify" }, levels))),
		h("p.row", h("button.main", { type: "submit" }, words("sweep.start")), count),
	);
	const progress = h("div.panel.progress", { hidden: true });
	const plot = h("section.panel.plot", { hidden: true });
	const table = sweepTable((id) => address({ design: id }, "design"));
	const notice = h("div");
	show(root, h("h1", words("sweep.heading")), h("p.muted", words("sweep.lead")), form, notice, progress, plot, table.element);
	let wide = 0;
	const resized = new ResizeObserver(() => {
		if (wide !== root.clientWidth) later();
		wide = root.clientWidth;
	});
	resized.observe(root);
	return { update, unmount };

	function unmount() {
		close();
		resized.disconnect();
	}

	function field(name) {
		const input = h("input", { type: "text", id: `sweep-${name}`, name, autocomplete: "off", placeholder: words(`sweep.${name}.hint`) });
		return labelled(words(`sweep.${name}`), input);
	}

	function read() {
		const names = [...Object.keys(FIELDS), "verify"];
		const given = names.map((name) => [name, form.elements[name].value.trim()]);
		return Object.fromEntries(given.filter(([name, value]) => value && !(name === "verify" && value === "standard")));
	}

	function countRows() {
		const total = Object.values(gridOf(read())).reduce((all, values) => all * values.length, 1);
		show(count, words("sweep.count", { total }));
	}

	function update(next) {
		params = next;
		close();
		const fields = Object.keys(next).length ? next : START;
		for (const name of [...Object.keys(FIELDS), "verify"]) form.elements[name].value = fields[name] ?? (name === "verify" ? "standard" : "");
		const strange = Object.keys(next).filter((name) => !form.elements[name] && name !== "job");
		show(notice, strange.length > 0 && strangeBox(strange));
		countRows();
		[job, rows] = [null, []];
		paint();
		if (next.job) follow(next.job);
	}

	function close() {
		line.cancel();
		source?.close();
		source = null;
		clearTimeout(timer);
		clearTimeout(again);
		timer = 0;
		lost = false;
	}

	/** One request; what fails is told, with a way to try again. */
	function attempt(work, retry) {
		line.ask(work, (failure) => show(notice, failureBox(failure, retry)));
	}

	/** A question that is sent again before its job has ended, by a second click or a retry, is the same one. */
	function submit(event) {
		event?.preventDefault();
		const fields = read();
		const body = { grid: gridOf(fields), verify: fields.verify ?? "standard" };
		const text = JSON.stringify(body);
		if (sent.text !== text) sent = { text, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
		attempt(async (signal) => {
			const { id } = await call("/v1/sweeps", { body, signal, headers: { "Idempotency-Key": sent.key } });
			navigate({ ...fields, job: id });
		}, submit);
	}

	/** Read how a job stands, then listen: rows come as events, and a lost line goes on by itself. */
	function follow(id) {
		attempt(async (signal) => {
			job = await call(`/v1/jobs/${encodeURIComponent(id)}`, { signal });
			show(notice);
			paint();
			listen();
		}, () => update(params));
	}

	function listen() {
		if (hasKey()) return poll();
		source = new EventSource(job.links.events);
		source.addEventListener("row", ({ data }) => {
			rows.push(JSON.parse(data));
			later();
		});
		source.addEventListener("job", stands);
		source.addEventListener("end", (event) => {
			stands(event);
			source.close();
			sent = {};
			announce(words(`sweep.state.${job.state}`));
		});
		source.onopen = () => setLost(false);
		source.onerror = () => {
			setLost(true);
			if (source.readyState === EventSource.CLOSED) again = setTimeout(() => update(params), AGAIN_MS);
		};
	}

	/** No event stream can carry a key: ask how the job stands, and for its rows at its end. */
	function poll() {
		attempt(async (signal) => {
			job = await call(job.links.self, { signal });
			if (going()) again = setTimeout(poll, POLL_MS);
			else if (job.links.result) {
				const text = await call(job.links.result, { signal, as: "text" });
				rows = text.trim().split("\n").map((line) => JSON.parse(line));
			}
			if (!going()) sent = {};
			later();
		}, poll);
	}

	function going() {
		return ["queued", "running"].includes(job.state);
	}

	function stands({ data }) {
		job = JSON.parse(data);
		later();
	}

	function setLost(now) {
		lost = now;
		later();
	}

	/** Paint soon; the more there is to paint, the less often. */
	function later() {
		timer ||= setTimeout(paint, Math.min(2500, PAINT_MS + rows.length));
	}

	function paint() {
		timer = 0;
		progress.hidden = !job;
		const made = rows.filter((row) => row.generator);
		plot.hidden = made.length < 2;
		table.show(rows, gridOf(params));
		if (!job) return;
		show(
			progress,
			h("p", h("strong", words(`sweep.state.${job.state}`)), " ", h("span.number", words("sweep.done", job))),
			h("progress", { max: job.total, value: job.done, "aria-label": words("sweep.progress") }),
			lost && going() && h("p", { role: "status" }, words("sweep.lost")),
			h("p.row", going() && h("button", { onclick: cancel }, words("sweep.cancel")), rows.length > 0 && downloads()),
		);
		if (!plot.hidden && !plot.contains(document.activeElement)) paintPlot(made);
	}

	function downloads() {
		return [
			fileLink(job.links.result, "sweep.jsonl", words("sweep.jsonl")),
			h("button", { onclick: () => saveRows(rows, gridOf(params)) }, words("sweep.csv")),
		];
	}

	function paintPlot(made) {
		const every = Math.ceil(made.length / DRAWN);
		const points = made.filter((_, at) => at % every === 0).map((row) => ({ ...row, ...row.generator, windows: [] }));
		const note = every > 1 && h("p.muted.small", words("sweep.shown", { shown: points.length, total: made.length }));
		const box = h("div");
		show(plot, h("h2", words("sweep.plot")), box, note);
		showScatter(box, {
			chains: points,
			frontier: [],
			say: table.describe,
			take: ({ id }) => navigate({ design: id }, { view: "design" }),
		});
	}

	function cancel() {
		attempt(async (signal) => stands({ data: await call(job.links.self, { method: "DELETE", signal, as: "text" }) }), cancel);
	}
}
