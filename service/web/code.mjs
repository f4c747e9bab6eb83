import { h, show } from "./dom.mjs";

export const view = {
  name: "code",
  group: "design",
  title: (words) => words("code.title"),
  mount(root, { words }) {
    show(root, h("h1", null, words("code.title")));
    return { update() {}, unmount() {} };
  },
};
