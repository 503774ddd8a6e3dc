// The CSRF mark on every htmx request, and a word to the person when one fails.
import { toast, words } from "./toast.js";

export function install() {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  document.addEventListener("htmx:configRequest", (event) => {
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:sendError", () => toast(words().failed, true));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) window.location.reload();
    else toast(words().failed, true);
  });
}
