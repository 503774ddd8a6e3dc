// The search box: "/" goes to it, suggestions are walked with the arrow keys.
export function install() {
  const input = document.querySelector("[data-search]");
  const list = document.getElementById("suggestions");
  if (!input || !list) return;
  const options = () => [...list.querySelectorAll('[role="option"]')];
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(null);
  };
  const mark = (chosen) => {
    for (const option of options()) option.classList.toggle("active", option === chosen);
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  list.addEventListener("htmx:afterSwap", () => show(input.value.trim() !== "" && list.childElementCount > 0));
  input.addEventListener("input", () => input.value.trim() || show(false));
  input.addEventListener("focus", () => list.childElementCount && input.value.trim() && show(true));
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((option) => option.classList.contains("active"));
    if (event.key === "Escape") show(false);
    else if (list.hidden || !all.length) return;
    else if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") mark(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && at >= 0) window.location.assign(all[at].href);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => event.target.closest(".bf-search") || show(false));
  document.addEventListener("focusin", (event) => event.target.closest(".bf-search") || show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    input.focus();
  });
}
