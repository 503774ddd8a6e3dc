// A link with data-drawer opens its page in the side drawer; with a modifier key, or without scripts, it is
// an ordinary link. The address stays that of the list, so that going back goes back to the list.
export function install() {
  const panel = document.getElementById("drawer");
  const body = document.getElementById("drawer-body");
  if (!panel || !body || !window.htmx || !window.tabler) return;
  const canvas = window.tabler.Offcanvas.getOrCreateInstance(panel);
  const show = (id) => body.replaceChildren(document.getElementById(id).content.cloneNode(true));

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show("drawer-skeleton");
    canvas.show(link);
    window.htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" });
  });
  body.addEventListener("htmx:afterSwap", () => {
    const title = body.querySelector("[data-title]")?.dataset.title;
    if (title) panel.setAttribute("aria-label", title);
    body.scrollTop = 0;
  });
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.target === body) show("drawer-failed");
    });
  }
  panel.addEventListener("hidden.bs.offcanvas", () => body.replaceChildren());
}
