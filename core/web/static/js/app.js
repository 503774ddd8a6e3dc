// Starts the small modules; each looks for its own data attributes and leaves the rest alone.
import { install as requests } from "./requests.js";
import { install as drawer } from "./drawer.js";
import { install as tree } from "./tree.js";
import { install as search } from "./search.js";
import { install as confirm } from "./confirm.js";
import { install as forms } from "./forms.js";
import { install as tables } from "./tables.js";
import { install as small } from "./small.js";

for (const install of [requests, confirm, drawer, tree, search, forms, tables, small]) install(document);

// What htmx has put into the page gets the same treatment as what came with it.
document.addEventListener("htmx:load", (event) => {
  for (const install of [forms, tables]) install(event.detail.elt);
});
