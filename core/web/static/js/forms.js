// Filters that send themselves, searchable choices, and buttons that cannot be pressed twice.
function selects(root) {
  if (!window.TomSelect) return;
  for (const select of root.querySelectorAll("select[data-search-select]:not(.tomselected)")) {
    const source = select.dataset.source;
    new window.TomSelect(select, {
      maxOptions: 200,
      plugins: select.multiple ? ["remove_button"] : [],
      render: { no_results: null, loading: null },
      onItemAdd() {
        this.setTextboxValue("");
        this.refreshOptions(false);
      },
      ...(source && { valueField: "value", labelField: "text", searchField: [], load: loadFrom(source) }),
    });
  }
}

// The server searches; what it found for earlier words leaves the list, what was chosen stays.
const loadFrom = (source) =>
  function load(words, done) {
    const address = new URL(source, window.location.href);
    address.searchParams.set("q", words);
    fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : []))
      .then((found) => {
        this.clearOptions();
        done(found);
      })
      .catch(() => done());
  };

// Switched off until the page is shown again.
function rest(field) {
  field.disabled = true;
  field.dataset.resting = "yes";
}

function autoSubmit(root) {
  for (const form of root.querySelectorAll("form[data-auto-submit]")) {
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") rest(field);
    });
  }
}

let listening = false;

function pressOnce() {
  if (listening) return;
  listening = true;
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    const button = event.submitter;
    if (button) setTimeout(() => rest(button));
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-resting]")) {
      field.disabled = false;
      delete field.dataset.resting;
    }
  });
}

export function install(root) {
  selects(root);
  autoSubmit(root);
  pressOnce();
}
