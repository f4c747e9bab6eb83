// A failure in words, with a way on.

import { h, prose, show } from "./dom.mjs";

/**
 * What went wrong and what to do: a box with the service's own words, and a button that tries
 * again; where the service said when, the button counts the seconds and then tries by itself.
 */
export function failureBox(failure, { words, retry }) {
  const { kind, problem, retryAfter } = failure;
  const box = h("section", { class: "failure", role: "alert", "data-kind": kind });
  box.append(h("h2", null, words(`failure.${kind}.title`)), h("p", null, words(`failure.${kind}.text`)));
  if (problem) box.append(serviceWords(problem, words));
  if (retry) box.append(kind === "refused" ? "" : retryRow({ words, retry, seconds: retryAfter, box }));
  return box;
}

/** What the service itself says, in its own language. */
function serviceWords(problem, words) {
  const told = problem.errors?.length ? problem.errors.map((error) => error.detail) : [problem.detail];
  return h(
    "div",
    null,
    h("ul", { lang: "en", class: "told" }, told.map((detail) => h("li", null, detail))),
    problem.type?.startsWith("/problems/")
      ? h("p", null, h("a", { href: problem.type }, prose(words("failure.page", { code: problem.code }))))
      : null,
  );
}

function retryRow({ words, retry, seconds, box }) {
  const button = h("button", { type: "button", class: "main", onclick: () => retry() }, words("failure.retry"));
  const note = h("span", { class: "muted" });
  if (seconds) count(seconds);
  return h("p", { class: "row" }, button, note);

  function count(left) {
    show(note, words("failure.countdown", { seconds: left }));
    setTimeout(() => {
      if (!box.isConnected) return;
      if (left > 1) count(left - 1);
      else retry();
    }, 1000);
  }
}
