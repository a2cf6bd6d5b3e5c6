// A drawing as the kit made it, every text in it escaped there; a click on a mark tells which.
export default {
  render({ model, el }) {
    const show = () => { el.innerHTML = model.get("value"); };
    model.on("change:value", show);
    el.addEventListener("click", event => {
      const mark = event.target.closest("[data-pick]");
      if (!mark) return;
      // The time makes a second click on the same mark another value.
      model.set("picked", `${Date.now()} ${mark.dataset.pick}`);
      model.save_changes();
    });
    show();
  },
};
