// A form or a button with data-confirm asks in a dialog of the page before it goes on.
export function install() {
  const dialog = document.getElementById("confirm");
  if (!dialog?.showModal) return;
  const ask = (question, then) => {
    dialog.querySelector(".bf-dialog-text").textContent = question;
    dialog.returnValue = "cancel";
    dialog.onclose = () => dialog.returnValue === "yes" && then();
    dialog.showModal();
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const question = event.submitter?.dataset.confirm || form.dataset.confirm;
      if (!question || form.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(question, () => {
        form.dataset.confirmed = "yes";
        form.requestSubmit(event.submitter || undefined);
        delete form.dataset.confirmed;
      });
    },
    true,
  );
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, () => event.detail.issueRequest(true));
  });
}
