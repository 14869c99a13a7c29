// <input data-suggest="contacts" list="people"><datalist id="people">: people by what was typed so far; with "addresses"
// their addresses alone.

let timer = 0;

document.addEventListener("input", (event) => {
  const input = event.target as HTMLInputElement;
  const options = input.dataset?.suggest ? input.list : null;
  const typed = input.value?.trim() ?? "";
  if (!options || typed.length < 2) return;
  clearTimeout(timer);
  timer = window.setTimeout(async () => {
    const response = await fetch(`/api/v1/contacts?limit=8&q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return;
    const { items } = (await response.json()) as { items: { name?: string; email?: string }[] };
    const option = ({ name, email }: { name?: string; email?: string }) => {
      const choice = document.createElement("option");
      choice.value = input.dataset.suggest === "addresses" ? (email ?? "") : email ? (name && name !== email ? `${name} <${email}>` : email) : (name ?? "");
      return choice;
    };
    options.replaceChildren(...items.map(option));
  }, 150);
});
