// Copy, print, back, the open tab, the name of a chosen file, and the "more" row that leaves once it has loaded.
import { toast, words } from "./toast.js";

// On a plain-http network the clipboard is closed to pages; the old way through a selection still works.
function copy(text) {
  const said = () => toast(words().copied);
  if (navigator.clipboard) {
    navigator.clipboard.writeText(text).then(said);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  if (document.execCommand("copy")) said();
  field.remove();
}

// On a phone the tabs run past the edge: the open one is brought into view.
function showOpenTab() {
  for (const tab of document.querySelectorAll(".bf-tabs .active")) {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
  }
}

export function install() {
  showOpenTab();
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-copy], [data-print], [data-back]");
    if (!target) return;
    if (target.dataset.copy !== undefined) copy(target.dataset.copy);
    else if (target.dataset.print !== undefined) window.print();
    else if (history.length > 1) history.back();
    else window.location.assign("/");
  });
  // The answer is the whole next page: its own "more" replaces the one that was pressed.
  document.addEventListener("htmx:afterSwap", (event) => {
    const pressed = event.detail.requestConfig?.elt;
    if (!pressed?.matches?.("[data-more]") || event.detail.xhr.status >= 400) return;
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const target = pressed.getAttribute("hx-target");
    const next = [...page.querySelectorAll("[data-more]")].find((each) => each.getAttribute("hx-target") === target);
    const row = pressed.closest(".bf-more");
    if (next) {
      const fresh = document.importNode(next.closest(".bf-more"), true);
      row.replaceWith(fresh);
      window.htmx.process(fresh);
    } else row.remove();
  });
}
