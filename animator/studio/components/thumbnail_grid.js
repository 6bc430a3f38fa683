// A grid of thumbnails. One is current, any number are selected; both are kept here, so that keys answer at once,
// and told to the server by "selection". What the server says of them counts only if it knows of all changes made
// here, which have numbers. All texts are shown as text.
export default {
  template: `
    <div role="listbox" aria-multiselectable="true" class="thumbnail-grid" :aria-label="label"
         :style="{ '--tile': tile + 'px' }" @keydown="press" @focusin="has_focus = true" @focusout="leave">
      <div v-for="(item, index) in items" :key="item.id" role="option" class="thumbnail"
           data-testid="gallery-item" :data-id="item.id" :data-rank="item.rank" :aria-label="item.label"
           :aria-selected="String(chosen.has(item.id))" :tabindex="index === tab_stop ? 0 : -1"
           :class="{ 'is-selected': chosen.has(item.id), 'is-current': item.id === at }" :title="item.path"
           @click="click($event, index)" @dblclick="$emit('open', item.id)">
        <div class="thumbnail-image">
          <span v-if="broken.has(item.id)" class="thumbnail-broken">{{ no_image }}</span>
          <img v-else :src="item.source" alt="" loading="lazy" decoding="async" draggable="false"
               @error="broken.add(item.id)">
          <span v-if="item.is_film" class="thumbnail-film material-icons" aria-hidden="true">play_arrow</span>
          <span class="thumbnail-tick material-icons" aria-hidden="true" @click.stop="toggle(index)"
                @dblclick.stop>{{ chosen.has(item.id) ? 'check_circle' : 'radio_button_unchecked' }}</span>
          <span v-if="item.favorite" class="thumbnail-heart material-icons" aria-hidden="true">favorite</span>
        </div>
        <div class="thumbnail-name">{{ item.name }}</div>
        <div class="thumbnail-detail">
          <span class="thumbnail-place">{{ item.place }}</span>
          <span v-if="item.rank" class="thumbnail-stars" aria-hidden="true">{{ '★'.repeat(item.rank) }}</span>
        </div>
      </div>
    </div>`,
  props: { items: Array, selection: Object, tile: Number, label: String, no_image: String },
  emits: ["selection", "open", "rank", "favorite", "remove", "turn"],
  data() {
    return {
      chosen: new Set(this.selection.ids),
      at: this.selection.current,
      anchor: this.selection.current,
      changes: this.selection.changes,
      has_focus: false,
      broken: new Set(),
    };
  },
  computed: {
    index() {
      return this.items.findIndex((item) => item.id === this.at);
    },
    tab_stop() {
      return Math.max(0, this.index);
    },
  },
  watch: {
    selection({ ids, current, changes }) {
      if (changes !== this.changes) return;
      this.chosen = new Set(ids);
      if (current !== this.at) this.at = this.anchor = current;
    },
    items(items, before) {
      const ids = new Set(before.map((item) => item.id));
      const is_other_page = before.length && !items.some((item) => ids.has(item.id));
      this.$nextTick(() => {
        if (is_other_page && this.$el.getBoundingClientRect().top < 0) this.$el.scrollIntoView();
        // The thumbnail that had the focus may be gone, and the focus with it.
        if (this.has_focus && document.activeElement === document.body) this.focus_current();
      });
    },
  },
  methods: {
    leave(event) {
      if (event.relatedTarget && !this.$el.contains(event.relatedTarget)) this.has_focus = false;
    },
    click(event, index) {
      if (event.shiftKey) this.extend(index);
      else if (event.ctrlKey || event.metaKey) this.toggle(index);
      else this.only(index);
      this.focus(index);
    },
    only(index) {
      this.at = this.anchor = this.items[index].id;
      this.chosen = new Set([this.at]);
      this.tell();
    },
    toggle(index) {
      const id = this.items[index].id;
      if (!this.chosen.delete(id)) this.chosen.add(id);
      this.at = this.anchor = id;
      this.tell();
    },
    extend(index) {
      const from = Math.max(0, this.items.findIndex((item) => item.id === this.anchor));
      const range = this.items.slice(Math.min(from, index), Math.max(from, index) + 1);
      this.chosen = new Set(range.map((item) => item.id));
      this.at = this.items[index].id;
      this.tell();
    },
    tell() {
      this.$emit("selection", { ids: [...this.chosen], current: this.at, changes: ++this.changes });
    },
    focus(index) {
      const tile = this.$el.children[index];
      tile.focus({ preventScroll: true });
      tile.scrollIntoView({ block: "nearest" });
    },
    focus_current() {
      if (this.items.length) this.focus(this.tab_stop);
    },
    columns() {
      return getComputedStyle(this.$el).gridTemplateColumns.split(" ").length;
    },
    // Where a key leads to; undefined for one that does not move.
    target(key) {
      const last = this.items.length - 1;
      if (this.index < 0) return key.startsWith("Arrow") ? 0 : undefined;
      const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns(), ArrowDown: this.columns() };
      if (key in moves) {
        const index = this.index + moves[key];
        return index < 0 || index > last ? this.index : index;
      }
      return { Home: 0, End: last }[key];
    },
    press(event) {
      if (!this.items.length || event.altKey) return;
      const command = event.ctrlKey || event.metaKey;
      const index = command ? undefined : this.target(event.key);
      if (index !== undefined) {
        if (event.shiftKey) this.extend(index);
        else this.only(index);
        this.$nextTick(() => this.focus(index));
      } else if (command && event.key.toLowerCase() === "a") {
        this.chosen = new Set(this.items.map((item) => item.id));
        this.tell();
      } else if (event.key === " ") this.toggle(this.tab_stop);
      else if (command || !this.act(event.key)) return;
      event.preventDefault();
    },
    // Has the selected items, or else the one with the focus, ranked, marked or deleted.
    mark(key) {
      if (!this.chosen.size) this.only(this.tab_stop);
      if (key === "Delete") this.$emit("remove");
      else if (key.toLowerCase() === "f") this.$emit("favorite");
      else this.$emit("rank", Number(key));
    },
    // Does what a key without modifiers asks for; returns false for a key that means nothing here.
    act(key) {
      if (key === "Enter") this.$emit("open", this.items[this.tab_stop].id);
      else if (key === "Escape") {
        this.chosen = new Set();
        this.tell();
      } else if (/^[0-5fF]$/.test(key) || key === "Delete") this.mark(key);
      else if (key === "PageDown") this.$emit("turn", 1);
      else if (key === "PageUp") this.$emit("turn", -1);
      else return false;
      return true;
    },
  },
};
