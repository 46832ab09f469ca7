// A form whose parts show by what is chosen. Parts say when: data-when="kind=uptime|ratio window=rolling" (all must
// hold). What is hidden is disabled too, so that it is not sent. An option's data-* counts as chosen with it.
export function conditional() {
  return {
    chosen: {},
    init() {
      this.read();
    },
    read() {
      const chosen = { ...this.$root.dataset };
      const selects = [...this.$root.querySelectorAll("select")];
      for (const select of selects) chosen[select.name] = select.value;
      for (const select of selects) Object.assign(chosen, { ...select.selectedOptions[0]?.dataset });
      this.chosen = chosen;
    },
    holds(part) {
      return part.dataset.when.split(" ").every((condition) => {
        const [name, values] = condition.split("=");
        return values.split("|").includes(this.chosen[name] ?? "");
      });
    },
    when: {
      "x-show"() {
        return this.holds(this.$el);
      },
      "x-bind:disabled"() {
        return !this.holds(this.$el);
      },
    },
  };
}
