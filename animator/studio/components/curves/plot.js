// One or more curves over time, with their keys: a row, or all curves over each other.
import { EDGE, fill, format, frameOf, pathOf, ranked, valueAt, xOf, yOf } from "./scales.js";

export const CurvePlot = {
  props: {
    lines: Array, // {curve, scale, tone, testid}
    view: Object,
    width: Number,
    height: Number,
    cursor: Number,
    ticks: Array,
    name: String,
    labels: Object,
    normalized: Boolean,
  },
  emits: ["grab", "drag", "release", "abandon", "key", "settle", "row", "point", "add"],
  template: `
    <svg class="curve-plot" :width="width" :height="height" tabindex="0" role="group" :aria-label="name"
      @keydown.self="$emit('row', $event, normalized ? null : lines[0].curve)" @pointerdown="$emit('point', $event)"
      @dblclick="$emit('add', $event, nearest($event))">
      <line v-for="tick in ticks" class="curve-grid" :x1="x(tick)" :x2="x(tick)" y1="0" :y2="height" />
      <template v-if="!normalized">
        <rect v-for="shade in shades" class="curve-outside" x="0" :width="width" :y="shade.y" :height="shade.height" />
        <line v-for="limit in limits" class="curve-limit" x1="0" :x2="width" :y1="limit" :y2="limit" />
        <text v-for="mark in extent" class="curve-extent" :x="width - 4" :y="mark.y">{{ mark.text }}</text>
      </template>
      <g v-for="line in drawn" :key="line.path" :class="'curve-tone-' + line.tone" :data-testid="line.testid">
        <path v-if="line.raw" class="curve-raw" :d="line.raw" />
        <path class="curve-path" :d="line.path_d" />
        <g v-for="key in line.keys" :key="key.index" :transform="'translate(' + key.x + ' ' + key.y + ')'"
          class="curve-key" :class="{ 'curve-key-formula': key.formula }" tabindex="0" role="button"
          :aria-label="key.label" :data-testid="'key-' + line.path + '-' + key.index"
          @pointerdown.stop="$emit('grab', $event, line.source, key)" @pointermove="$emit('drag', $event)"
          @pointerup="$emit('release', $event)" @pointercancel="$emit('abandon')" @dblclick.stop
          @keydown="$emit('key', $event, line.source, key)" @blur="$emit('settle')">
          <title>{{ key.label }}</title>
          <circle class="curve-hit" r="13" />
          <path v-if="key.formula" class="curve-mark" d="M0 -6 L6 0 L0 6 L-6 0 Z" />
          <circle v-else class="curve-mark" r="5" />
        </g>
      </g>
      <line v-if="cursor >= view.start && cursor <= view.end" class="curve-cursor" :x1="x(cursor)" :x2="x(cursor)"
        y1="0" :y2="height" />
    </svg>
  `,
  computed: {
    drawn() {
      return this.lines.map((line) => {
        const { curve, scale } = line;
        const y = (value) => yOf(value, scale, this.height);
        return {
          source: line,
          path: curve.path,
          tone: line.tone,
          testid: line.testid,
          path_d: pathOf(curve, curve.values, this.x, y, this.view),
          raw: curve.raw && pathOf(curve, curve.raw, this.x, y, this.view),
          keys: this.handles(line, y),
        };
      });
    },
    // The highest and the lowest value, each beside the curve.
    extent() {
      const { curve, scale } = this.lines[0];
      const values = curve.values.filter((value) => value !== null);
      const low = values.reduce((a, b) => Math.min(a, b), Infinity);
      const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
      if (!(low < high)) return [];
      const y = (value) => yOf(value, scale, this.height);
      return [
        { text: format(high), y: Math.max(y(high) - 4, 9) },
        { text: format(low), y: Math.min(y(low) + 12, this.height - 2) },
      ];
    },
    limits() {
      const { curve, scale } = this.lines[0];
      return [curve.low, curve.high]
        .filter((limit) => limit !== null && limit > scale.low && limit < scale.high)
        .map((limit) => yOf(limit, scale, this.height));
    },
    shades() {
      const { curve, scale } = this.lines[0];
      const top = curve.high === null ? 0 : Math.max(yOf(curve.high, scale, this.height), 0);
      const floor = curve.low === null ? this.height : Math.min(yOf(curve.low, scale, this.height), this.height);
      return [
        { y: 0, height: top },
        { y: floor, height: this.height - floor },
      ].filter((shade) => shade.height > 0.5);
    },
  },
  methods: {
    x(frame) {
      return xOf(frame, this.view, this.width);
    },
    // The curve nearest to the pointer.
    nearest(event) {
      const box = event.currentTarget.getBoundingClientRect();
      const frame = Math.round(frameOf(event.clientX - box.left, this.view, this.width));
      const distance = ({ curve, scale }) => {
        const { value } = valueAt(curve, frame);
        return value === null ? Infinity : Math.abs(yOf(value, scale, this.height) - (event.clientY - box.top));
      };
      return this.lines.reduce((best, line) => (distance(line) < distance(best) ? line : best));
    },
    handles({ curve }, y) {
      return ranked(curve.keys)
        .filter((key) => key.frame >= this.view.start && key.frame <= this.view.end)
        .map((key) => ({
          ...key,
          x: Math.min(Math.max(this.x(key.frame), EDGE), this.width - EDGE),
          y: key.value === null ? this.height / 2 : y(key.value),
          label: fill(key.formula ? this.labels.formulaKey : this.labels.key, {
            path: curve.path,
            index: key.rank,
            count: curve.keyCount,
            frame: key.frame,
            value: format(key.value),
            formula: key.text,
          }),
        }));
    },
  },
};
