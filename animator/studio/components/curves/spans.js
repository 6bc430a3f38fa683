// Texts along time: each from its key to the next one.
import { fill, ranked, xOf } from "./scales.js";

export const SpanRow = {
  props: { row: Object, view: Object, width: Number, cursor: Number, labels: Object },
  emits: ["grab", "drag", "release", "abandon", "key", "settle", "row", "point", "add"],
  template: `
    <div class="curve-spans" :style="{ width: width + 'px' }" tabindex="0" role="group" :aria-label="row.path"
      @keydown.self="$emit('row', $event, row)" @pointerdown="$emit('point', $event)"
      @dblclick="$emit('add', $event, { curve: row })">
      <div v-for="key in spans" :key="key.index" class="curve-span" :title="key.text"
        :style="{ left: key.x + 'px', width: key.width + 'px' }">
        <button v-if="key.frame >= view.start && key.frame <= view.end" type="button" class="curve-grip"
          :style="{ left: key.grip + 'px' }" :aria-label="key.label" :data-testid="'key-' + row.path + '-' + key.index"
          @pointerdown.stop="$emit('grab', $event, { curve: row }, key)" @pointermove="$emit('drag', $event)"
          @pointerup="$emit('release', $event)" @pointercancel="$emit('abandon')" @dblclick.stop
          @keydown="$emit('key', $event, { curve: row }, key)" @blur="$emit('settle')"></button>
        <span class="curve-span-text">{{ key.text }}</span>
      </div>
      <div v-if="cursor >= view.start && cursor <= view.end" class="curve-cursor-bar"
        :style="{ left: x(cursor) + 'px' }"></div>
    </div>
  `,
  computed: {
    spans() {
      const keys = ranked(this.row.keys).sort((a, b) => a.frame - b.frame);
      return keys.map((key, at) => {
        const next = keys[at + 1];
        const left = Math.max(this.x(at === 0 ? Math.min(key.frame, 0) : key.frame), 0);
        const right = next ? Math.min(this.x(next.frame), this.width) : this.width;
        const label = fill(this.labels.textKey, {
          path: this.row.path, index: key.rank, count: this.row.keyCount, frame: key.frame, text: key.text,
        });
        return { ...key, label, x: left, width: right - left, grip: this.x(key.frame) - left };
      }).filter((span) => span.width > 0 && span.x < this.width);
    },
  },
  methods: {
    x(frame) {
      return xOf(frame, this.view, this.width);
    },
  },
};
