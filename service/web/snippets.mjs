// Commands and snippets that reproduce exactly one design: in a shell, in Python, in a notebook.

import { briefOf, commandOptions } from "./brief.mjs";
import { copyButton } from "./copy.mjs";
import { h, panel } from "./dom.mjs";
import { t } from "./messages.mjs";

/** The panel of a design with the `params` of its URL and its permanent link. */
export function snippetsPanel(design, { params, permalink, announce }) {
	const shell = Object.entries(commands(design, params)).map(([key, text]) => row("div.line", key, text));
	const python = Object.entries({ "code.in-python": pythonText(design), "code.in-notebook": notebookText(design) });
	return panel(
		"reproduce",
		t("code.reproduce"),
		shell,
		python.map(([key, text]) => row("div.snippet", key, text)),
		h("div.line", h("div.row", h("h3", t("code.permalink")), copyButton(t("summary.link"), permalink, { announce }))),
	);

	function row(kind, key, text) {
		const block = h("pre.text", { tabindex: "0", role: "region", "aria-label": t(key), translate: "no" }, h("code", text));
		return h(kind, h("div.row", h("h3", t(key)), copyButton(t("code.copy"), text, { about: t(key), announce })), block);
	}
}

/** Commands of a shell: by id, by brief, and with the command line. */
function commands({ id, brief, links }, params) {
	const { origin } = location;
	const body = JSON.stringify(params.design ? brief : { ...briefOf(params), verify: "standard" });
	return {
		"code.by-id": `curl -sS "${origin}${links.module}" -o model.py`,
		"code.by-brief": `curl -sS "${origin}/v1/designs" -H "Content-Type: application/json" -H "Accept: text/x-python" -d '${body}' -o model.py`,
		"code.by-command": `gan-designer design ${commandOptions(params) ?? `--id ${id}`} --output model.py`,
	};
}

const pythonText = ({ id }) => `from designer import recall_design

made = recall_design("${id}")
generator = made.generator()  # an nn.Module
print(made.verification.verdict, sum(p.numel() for p in generator.parameters()))`;

/** A cell that needs torch alone. */
function notebookText({ links, generator, brief: { classes } }) {
	const labels = classes ? `, torch.randint(${classes}, (16,))` : "";
	return `from urllib.request import urlretrieve

import torch

urlretrieve("${location.origin}${links.module}", "model.py")
from model import ${generator.class_name}, weights_init

generator = ${generator.class_name}().apply(weights_init)
pictures = generator(torch.randn(16, ${generator.input_shape.join(", ")})${labels})
pictures.shape`;
}
