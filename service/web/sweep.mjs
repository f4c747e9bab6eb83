// The sweep view: runs a grid of designs as a job; shows, plots, sorts and downloads its rows.

import { LatestRequest, call, hasKey } from "./api.mjs";
import { FIELDS, READERS } from "./brief.mjs";
import { h, labelled, panel, show } from "./dom.mjs";
import { failureBox, fileLink, unknownFieldsBox } from "./failure.mjs";
import { drawScatterPlot } from "./scatter-plot.mjs";
import { saveRows, sweepTable } from "./sweep-table.mjs";
import { hasMessage, loadRefusals, t } from "./messages.mjs";

const [PAINT_MS, RECONNECT_MS, POLL_MS] = [400, 5000, 2000];
const MAX_POINTS = 400; // points of the plot; more would overlap
const START = { resolution: "32, 64, 96", latent_dim: "64, 128" };
const NAMES = Object.values(FIELDS).filter(({ sweep }) => sweep).map(({ name }) => name);

/** The grid in the URL: lists by field, in the order of the form. */
function gridOf(params) {
	const parts = (text = "") => text.split(",").map((part) => part.trim()).filter(Boolean);
	const lists = NAMES.map((name) => [name, parts(params[name]).map(READERS[FIELDS[name].kind])]);
	return Object.fromEntries(lists.filter(([, values]) => values.length));
}

/** Mount the view in `root`. */
export function mount(root, { navigate, address, announce }) {
	const request = new LatestRequest();
	let [params, job, rows, source, paintTimer, retryTimer, disconnected, lastSubmission] = [{}, null, [], null, 0, 0, false, {}];
	const count = h("span.muted", { "aria-live": "polite" });
	const levels = ["standard", "none"].map((value) => h("option", { value }, t(`sweep.verify.${value}`)));
	const form = h(
		"form.panel",
		{ novalidate: true, onsubmit: submit, oninput: countRows },
		h("div.fields", NAMES.map(field), labelled(t("sweep.verify"), h("select", { id: "sweep-verify", name: "verify" }, levels))),
		h("p.row", h("button.main", { type: "submit" }, t("sweep.start")), count),
	);
	const progress = h("div.panel.progress", { hidden: true });
	const plot = h("section.panel.plot", { hidden: true });
	const table = sweepTable((id) => address({ design: id }, "design"));
	const notice = h("div");
	show(root, h("h1", t("sweep.heading")), h("p.muted", t("sweep.lead")), form, notice, progress, plot, table.element);
	let paintedWidth = 0;
	const resized = new ResizeObserver(() => {
		if (paintedWidth !== root.clientWidth) schedulePaint();
		paintedWidth = root.clientWidth;
	});
	resized.observe(root);
	return { update, unmount };

	function unmount() {
		close();
		resized.disconnect();
	}

	function field(name) {
		const { choices, defaultValue } = FIELDS[name];
		const hint = hasMessage(`hint.${name}`) ? t(`hint.${name}`) : START[name];
		const placeholder = hint ?? choices?.slice(0, 2).join(", ") ?? defaultValue ?? "";
		return labelled(t(`field.${name}`), h("input", { type: "text", id: `sweep-${name}`, name, autocomplete: "off", placeholder }));
	}

	function read() {
		const names = [...NAMES, "verify"];
		const given = names.map((name) => [name, form.elements[name].value.trim()]);
		return Object.fromEntries(given.filter(([name, value]) => value && !(name === "verify" && value === "standard")));
	}

	function countRows() {
		const total = Object.values(gridOf(read())).reduce((all, values) => all * values.length, 1);
		show(count, t("sweep.count", { total }));
	}

	function update(next) {
		params = next;
		close();
		const fields = Object.keys(next).length ? next : START;
		for (const name of [...NAMES, "verify"]) form.elements[name].value = fields[name] ?? (name === "verify" ? "standard" : "");
		const unknown = Object.keys(next).filter((name) => !form.elements[name] && name !== "job");
		show(notice, unknown.length > 0 && unknownFieldsBox(unknown));
		countRows();
		[job, rows] = [null, []];
		paint();
		if (next.job) follow(next.job);
	}

	function close() {
		request.cancel();
		source?.close();
		source = null;
		clearTimeout(paintTimer);
		clearTimeout(retryTimer);
		paintTimer = 0;
		disconnected = false;
	}

	/** Run one request; show a failure with a retry button. */
	function attempt(work, retry) {
		request.run(work, (failure) => show(notice, failureBox(failure, retry)));
	}

	/** Submit the sweep; a repeated submission before its job has ended reuses the idempotency key. */
	function submit(event) {
		event?.preventDefault();
		const fields = read();
		const body = { grid: gridOf(fields), verify: fields.verify ?? "standard" };
		const text = JSON.stringify(body);
		if (lastSubmission.text !== text) lastSubmission = { text, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
		attempt(async (signal) => {
			const { id } = await call("/v1/sweeps", { body, signal, headers: { "Idempotency-Key": lastSubmission.key } });
			navigate({ ...fields, job: id });
		}, submit);
	}

	/** Load a job, then subscribe to its events; a lost connection is restored automatically. */
	function follow(id) {
		attempt(async (signal) => {
			[job] = await Promise.all([call(`/v1/jobs/${encodeURIComponent(id)}`, { signal }), loadRefusals()]);
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
			schedulePaint();
		});
		source.addEventListener("job", updateJob);
		source.addEventListener("end", (event) => {
			updateJob(event);
			source.close();
			lastSubmission = {};
			announce(t(`sweep.state.${job.state}`));
		});
		source.onopen = () => setDisconnected(false);
		source.onerror = () => {
			setDisconnected(true);
			if (source.readyState === EventSource.CLOSED) retryTimer = setTimeout(() => update(params), RECONNECT_MS);
		};
	}

	/** Poll the job and load its rows at the end, because an event stream cannot send a key. */
	function poll() {
		attempt(async (signal) => {
			job = await call(job.links.self, { signal });
			if (isRunning()) retryTimer = setTimeout(poll, POLL_MS);
			else if (job.links.result) {
				const text = await call(job.links.result, { signal, as: "text" });
				rows = text.trim().split("\n").map((line) => JSON.parse(line));
			}
			if (!isRunning()) lastSubmission = {};
			schedulePaint();
		}, poll);
	}

	function isRunning() {
		return ["queued", "running"].includes(job.state);
	}

	function updateJob({ data }) {
		job = JSON.parse(data);
		schedulePaint();
	}

	function setDisconnected(now) {
		disconnected = now;
		schedulePaint();
	}

	/** Schedule a repaint; with more rows, less often. */
	function schedulePaint() {
		paintTimer ||= setTimeout(paint, Math.min(2500, PAINT_MS + rows.length));
	}

	function paint() {
		paintTimer = 0;
		progress.hidden = !job;
		const designed = rows.filter((row) => row.generator);
		plot.hidden = designed.length < 2;
		table.show(rows, gridOf(params));
		if (!job) return;
		show(
			progress,
			h("p", h("strong", t(`sweep.state.${job.state}`)), " ", h("span.number", t("sweep.done", job))),
			h("progress", { max: job.total, value: job.done, "aria-label": t("sweep.progress") }),
			disconnected && isRunning() && h("p", { role: "status" }, t("sweep.disconnected")),
			h("p.row", isRunning() && h("button", { onclick: cancel }, t("sweep.cancel")), rows.length > 0 && downloads()),
		);
		if (!plot.hidden && !plot.contains(document.activeElement)) paintPlot(designed);
	}

	function downloads() {
		return [
			fileLink(job.links.result, "sweep.jsonl", t("sweep.jsonl")),
			h("button", { onclick: () => saveRows(rows, gridOf(params)) }, t("sweep.csv")),
		];
	}

	function paintPlot(designed) {
		const every = Math.ceil(designed.length / MAX_POINTS);
		const points = designed.filter((_, at) => at % every === 0).map((row) => ({ ...row, ...row.generator, windows: [] }));
		const note = every > 1 && h("p.muted.small", t("sweep.shown", { shown: points.length, total: designed.length }));
		const box = h("div");
		show(plot, h("h2", t("sweep.plot")), box, note);
		drawScatterPlot(box, {
			chains: points,
			frontier: [],
			describe: table.describe,
			take: ({ id }) => navigate({ design: id }, { view: "design" }),
		});
	}

	function cancel() {
		attempt(async (signal) => updateJob({ data: await call(job.links.self, { method: "DELETE", signal, as: "text" }) }), cancel);
	}
}
