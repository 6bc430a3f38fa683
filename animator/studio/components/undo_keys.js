// Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y anywhere on the page; text fields have their own.
const EDITABLE = "input, textarea, select, [contenteditable=true], [role=dialog]";

export default {
  template: `<span hidden></span>`,
  mounted() {
    document.addEventListener("keydown", this.press);
  },
  beforeUnmount() {
    document.removeEventListener("keydown", this.press);
  },
  methods: {
    press(event) {
      const key = event.key.toLowerCase();
      const asked = (event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y");
      if (!asked || event.defaultPrevented || event.target.closest?.(EDITABLE)) return;
      event.preventDefault();
      this.$emit(key === "y" || event.shiftKey ? "redo" : "undo");
    },
  },
};
