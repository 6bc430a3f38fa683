// An editor of a YAML text that others change, too: on the server, and in other browsers.
//
// `base` is the server's text of `version`. What is typed since then is in `sent`, on its way, and `unsent`.
// A change from elsewhere is moved past both, so that it neither loses what is typed nor moves the cursor.
import * as CM from "nicegui-codemirror";

const PAUSE_MS = 300; // without typing, before the text is sent
// The colors of the page in place of those of a style that the library has.
const COLORS = { "#e06c75": "--accent", "#98c379": "--good", "#7d8799": "--ink-soft", "#d19a66": "--warn" };
const highlighting = CM.HighlightStyle.define(
  CM.oneDarkHighlightStyle.specs.map((spec) => ({ ...spec, color: `var(${COLORS[spec.color] || "--ink"})` })),
);
const FromServer = CM.Annotation.define();
const setMarks = CM.StateEffect.define();
const markField = CM.StateField.define({
  create: () => CM.Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setMarks)) marks = effect.value;
    return marks;
  },
  provide: (field) => CM.EditorView.decorations.from(field),
});

function difference(text, wanted) {
  const old = text.toString();
  let start = 0;
  while (start < old.length && start < wanted.length && old[start] === wanted[start]) start++;
  let end = old.length;
  let wantedEnd = wanted.length;
  while (end > start && wantedEnd > start && old[end - 1] === wanted[wantedEnd - 1]) {
    end--;
    wantedEnd--;
  }
  const insert = wanted.slice(start, wantedEnd);
  return CM.ChangeSet.of(start === end && !insert ? [] : { from: start, to: end, insert }, old.length);
}

// The place of a problem: from its column to the end of the value, at least one character where there is any.
function rangeOf(text, { line, column }) {
  if (line < 1 || line > text.lines) return null;
  const { from, text: content } = text.line(line);
  const at = Math.min([...content].slice(0, column - 1).join("").length, content.length);
  const rest = content.slice(at).replace(/\s+#.*$/, "").trimEnd();
  return { from: from + at, to: from + at + rest.length };
}

// The names of settings that may begin at a place: those of the group around it.
function complete(words, context) {
  const word = context.matchBefore(/[\w]*/);
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, word.from - line.from);
  if (!context.explicit && word.from === word.to) return null;
  const flow = before.match(/^(\w+):\s*\{(?:[^{}]*,)?\s*$/);
  let group = "";
  if (flow) group = flow[1];
  else if (/\S/.test(before)) return null;
  else if (before) {
    for (let number = line.number - 1; number > 0 && !group; number--) {
      const head = context.state.doc.line(number).text.match(/^(\w+):/);
      if (head) group = head[1];
    }
  }
  const names = words[group] || [];
  return { from: word.from, options: names.map((label) => ({ label, type: "property", apply: `${label}: ` })) };
}

export default {
  template: `<div class="yaml-editor"></div>`,
  props: { shared: Object, marks: Object, words: Object, label: String, hint: String, limit: Number },
  watch: {
    shared() {
      if (this.view) this.receive();
    },
    marks() {
      if (this.view) this.showMarks();
    },
  },
  async mounted() {
    // First, so that nothing changes under the hands of a person who types at once.
    const yaml = await CM.languages.find((language) => language.name === "YAML").load();
    if (!this.$el.isConnected) return;
    this.number = Date.now(); // as no editor before it on this page had
    this.version = this.shared.version;
    this.theme = new CM.Compartment();
    const extensions = [...this.extensions(), yaml];
    this.view = new CM.EditorView({ doc: this.shared.text, parent: this.$el, extensions });
    this.base = this.view.state.doc;
    this.followTheme = new MutationObserver(() => {
      this.view.dispatch({ effects: this.theme.reconfigure(this.themeNow()) });
    });
    this.followTheme.observe(document.body, { attributeFilter: ["class"] });
    this.showMarks();
    this.showBusy();
  },
  beforeUnmount() {
    clearTimeout(this.timer);
    this.followTheme?.disconnect();
    this.view?.destroy();
  },
  methods: {
    extensions() {
      const completion = [{ autocomplete: (context) => complete(this.words, context) }]; // compared by identity
      return [
        CM.basicSetup,
        CM.indentUnit.of("  "),
        CM.EditorView.lineWrapping,
        CM.EditorView.contentAttributes.of({ "aria-label": this.label, "aria-describedby": this.hint, tabindex: "0" }),
        CM.EditorState.languageData.of(() => completion),
        CM.EditorView.updateListener.of((update) => this.note(update)),
        CM.hoverTooltip((view, position) => this.tooltip(view, position)),
        markField,
        CM.syntaxHighlighting(highlighting),
        this.theme.of(this.themeNow()),
      ];
    },
    themeNow() {
      return CM.EditorView.theme({}, { dark: document.body.classList.contains("body--dark") });
    },

    // What is typed
    note(update) {
      const typed = update.transactions.filter((each) => each.docChanged && !each.annotation(FromServer));
      for (const { changes } of typed) this.unsent = this.unsent ? this.unsent.compose(changes) : changes;
      if (typed.length) this.sendSoon();
      // A person who leaves the text, as for a button, means it with all that is typed.
      if (update.focusChanged && !update.view.hasFocus) this.send();
    },
    showBusy() {
      this.$el.setAttribute("aria-busy", String(Boolean(this.sent || this.unsent)));
    },
    sendSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE_MS);
      this.showBusy();
    },
    send() {
      if (this.sent || !this.unsent) return;
      const text = this.view.state.doc.toString();
      if (text.length > this.limit) {
        this.$emit("too-long", { length: text.length });
        return;
      }
      [this.sent, this.unsent] = [this.unsent, null];
      this.number++;
      this.$emit("typed", { text, version: this.version, number: this.number });
    },

    // What comes from the server
    receive() {
      const { text, version, taken, refused } = this.shared;
      if (this.sent && taken === this.number) {
        this.base = this.sent.apply(this.base);
        this.sent = null;
      } else if (this.sent && refused === this.number) {
        this.unsent = this.unsent ? this.sent.compose(this.unsent) : this.sent;
        this.sent = null;
      }
      if (version > this.version) this.take(text, version);
      if (this.unsent) this.sendSoon();
      else this.showBusy();
    },
    take(text, version) {
      const theirs = difference(this.base, text);
      let changes = theirs;
      for (const kind of ["sent", "unsent"]) {
        const mine = this[kind];
        if (!mine) continue;
        this[kind] = mine.map(changes, true);
        changes = changes.map(mine);
      }
      this.base = theirs.apply(this.base);
      this.version = version;
      if (changes.empty) return;
      const annotations = [FromServer.of(true), CM.Transaction.addToHistory.of(false)];
      this.view.dispatch({ changes, annotations });
    },

    // Problems
    showMarks() {
      const { version, places } = this.marks;
      if (version !== this.version) return;
      const ranges = places.flatMap((place) => {
        const range = rangeOf(this.base, place);
        if (!range) return [];
        const line = CM.Decoration.line({ class: "yaml-marked-line" }).range(this.base.lineAt(range.from).from);
        const spec = { class: "yaml-marked", message: place.message, inclusive: true };
        return range.from < range.to ? [line, CM.Decoration.mark(spec).range(range.from, range.to)] : [line];
      });
      let marks = CM.Decoration.set(ranges, true);
      for (const mine of [this.sent, this.unsent]) if (mine) marks = marks.map(mine);
      if (marks.size + this.view.state.field(markField).size === 0) return;
      this.view.dispatch({ effects: setMarks.of(marks) });
    },
    tooltip(view, position) {
      let found = null;
      view.state.field(markField).between(position, position, (from, to, { spec }) => {
        if (spec.message) found = { from, to, message: spec.message };
      });
      if (!found) return null;
      const create = () => {
        const dom = document.createElement("div");
        dom.className = "yaml-tooltip";
        dom.textContent = found.message;
        return { dom };
      };
      return { pos: found.from, end: found.to, above: true, create };
    },

    // Called by the server: leads to a place.
    lead(line, column) {
      if (!this.view) return;
      const text = this.view.state.doc;
      const range = rangeOf(text, { line: Math.min(line, text.lines), column });
      const scroll = CM.EditorView.scrollIntoView(range.from, { y: "center" });
      this.view.dispatch({ selection: { anchor: range.from }, effects: scroll });
      this.view.focus();
    },
  },
};
