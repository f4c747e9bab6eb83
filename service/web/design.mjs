import { h, show } from "./dom.mjs";

export const view = {
  name: "design",
  group: "design",
  title: (words) => words("design.title"),
  mount(root, { words }) {
    show(root, h("h1", null, words("design.title")));
    return { update() {}, unmount() {} };
  },
};
