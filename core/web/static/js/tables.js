// Choosing columns: a table with data-columns="name" and a button with data-column-chooser="name".
// The choice stays in this browser. A box with data-pick-all ticks every box of its table, however many have been loaded.
const stored = (name) => {
  try {
    return new Set(JSON.parse(localStorage.getItem(`bf-columns:${name}`) || "[]"));
  } catch {
    return new Set();
  }
};

function hide(table, hidden) {
  for (const row of table.rows) {
    [...row.cells].forEach((cell, at) => {
      if (row.cells.length > 1) cell.hidden = hidden.has(at);
    });
  }
}

function choose(button) {
  const name = button.dataset.columnChooser;
  const table = document.querySelector(`table[data-columns="${CSS.escape(name)}"]`);
  const menu = button.parentElement.querySelector(".dropdown-menu");
  if (!table || menu.childElementCount) return;
  const hidden = stored(name);
  [...table.tHead.rows[0].cells].forEach((cell, at) => {
    const text = cell.textContent.trim();
    if (!text || at === 0) return;
    const label = document.createElement("label");
    label.className = "dropdown-item";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input m-0";
    box.checked = !hidden.has(at);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(at);
      else hidden.add(at);
      try {
        localStorage.setItem(`bf-columns:${name}`, JSON.stringify([...hidden]));
      } finally {
        hide(table, hidden);
      }
    });
    label.append(box, text);
    menu.append(label);
  });
  hide(table, hidden);
}

function pickAll(all) {
  if (!all.hidden) return;
  all.hidden = false;
  const table = all.closest("table");
  const boxes = () => [...table.tBodies].flatMap((body) => [...body.querySelectorAll('input[type="checkbox"].bf-pick')]);
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
  table.addEventListener("change", () => {
    const chosen = boxes().filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  });
}

export function install(root) {
  for (const all of document.querySelectorAll("[data-pick-all]")) pickAll(all);
  for (const button of document.querySelectorAll("[data-column-chooser]")) choose(button);
  const table = root.closest?.("table[data-columns]");
  if (table) hide(table, stored(table.dataset.columns));
}
