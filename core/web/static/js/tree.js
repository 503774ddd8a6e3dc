// The unit tree: opens nodes when asked, moves with the arrow keys as trees do (WAI-ARIA tree pattern).
const items = (tree) => [...tree.querySelectorAll('[role="treeitem"]')].filter((item) => !item.closest("ul[hidden]"));
const link = (item) => item.querySelector(":scope > .bf-node a");
const group = (item) => item.querySelector(':scope > [role="group"]');

function unfold(item, open) {
  if (!item.hasAttribute("aria-expanded")) return;
  item.setAttribute("aria-expanded", String(open));
  const children = group(item);
  children.hidden = !open;
  if (open && window.htmx) window.htmx.trigger(children, "unfold");
}

function focus(tree, item) {
  if (!item) return;
  for (const each of tree.querySelectorAll('.bf-node a[tabindex="0"]')) each.tabIndex = -1;
  link(item).tabIndex = 0;
  link(item).focus();
}

const STEPS = {
  ArrowDown: (all, at) => all[at + 1],
  ArrowUp: (all, at) => all[at - 1],
  Home: (all) => all[0],
  End: (all) => all[all.length - 1],
};

function onKey(tree, event) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
  const all = items(tree);
  const open = item.getAttribute("aria-expanded");
  if (STEPS[event.key]) focus(tree, STEPS[event.key](all, all.indexOf(item)));
  else if (event.key === "ArrowRight" && open === "false") unfold(item, true);
  else if (event.key === "ArrowRight" && open === "true") focus(tree, group(item).querySelector('[role="treeitem"]'));
  else if (event.key === "ArrowLeft" && open === "true") unfold(item, false);
  else if (event.key === "ArrowLeft") focus(tree, item.parentElement.closest('[role="treeitem"]'));
  else return;
  event.preventDefault();
}

function reveal(tree) {
  const current = tree.querySelector('[aria-current="page"] > .bf-node');
  if (!current) return;
  const box = tree.getBoundingClientRect();
  const place = current.getBoundingClientRect();
  if (place.top < box.top || place.bottom > box.bottom) tree.scrollTop += place.top - box.top - box.height / 3;
}

export function install() {
  for (const tree of document.querySelectorAll("[data-tree]")) {
    tree.addEventListener("click", (event) => {
      const item = event.target.closest("button.bf-twist")?.closest('[role="treeitem"]');
      if (item) unfold(item, item.getAttribute("aria-expanded") !== "true");
    });
    tree.addEventListener("keydown", (event) => onKey(tree, event));
    let settled = false;
    tree.addEventListener("pointerdown", () => (settled = true));
    tree.addEventListener("wheel", () => (settled = true), { passive: true });
    tree.addEventListener("htmx:afterSettle", () => settled || reveal(tree));
  }
}
