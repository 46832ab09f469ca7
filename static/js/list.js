// Local state of a list: which rows are ticked. The bar with the bulk actions shows while any is.
export function bulkSelection() {
  return {
    count: 0,
    boxes() {
      return [...this.$root.querySelectorAll("input[name=ids]")];
    },
    all(event) {
      for (const box of this.boxes()) box.checked = event.target.checked;
      this.recount();
    },
    recount() {
      const boxes = this.boxes();
      this.count = boxes.filter((box) => box.checked).length;
      for (const box of boxes) box.closest("tr").classList.toggle("is-selected", box.checked);
      const every = this.$root.querySelector("[data-select-all]");
      if (!every) return;
      every.checked = this.count > 0 && this.count === boxes.length;
      every.indeterminate = this.count > 0 && this.count < boxes.length;
    },
    clear() {
      for (const box of this.boxes()) box.checked = false;
      this.recount();
    },
    get any() {
      return this.count > 0;
    },
  };
}
