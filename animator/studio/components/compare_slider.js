// Two images on top of each other, and a handle that shows more of the one or of the other.
export default {
  template: `
    <div class="compare" ref="frame" @pointerdown="grab" @pointermove="drag" @pointerup="held = false"
         @pointercancel="held = false">
      <img class="compare-image" :src="right" :alt="right_name" draggable="false">
      <img class="compare-image compare-left" :src="left" :alt="left_name" draggable="false"
           :style="{ clipPath: 'inset(0 ' + (100 - at) + '% 0 0)' }">
      <div class="compare-handle" role="slider" tabindex="0" data-testid="compare-slider" :aria-label="label"
           aria-valuemin="0" aria-valuemax="100" :aria-valuenow="Math.round(at)"
           :aria-valuetext="Math.round(at) + '% ' + left_name" :style="{ left: at + '%' }" @keydown="press">
        <span class="compare-grip material-icons" aria-hidden="true">drag_indicator</span>
      </div>
    </div>`,
  props: { left: String, right: String, left_name: String, right_name: String, label: String },
  data() {
    return { at: 50, held: false };
  },
  methods: {
    grab(event) {
      if (event.button !== 0) return;
      this.held = true;
      this.$refs.frame.setPointerCapture(event.pointerId);
      this.drag(event);
    },
    drag(event) {
      if (!this.held) return;
      const box = this.$refs.frame.getBoundingClientRect();
      this.move((100 * (event.clientX - box.left)) / box.width);
    },
    press(event) {
      const step = event.shiftKey ? 10 : 2;
      const places = {
        ArrowLeft: this.at - step, ArrowDown: this.at - step, ArrowRight: this.at + step, ArrowUp: this.at + step,
        PageDown: this.at - 10, PageUp: this.at + 10, Home: 0, End: 100,
      };
      if (!(event.key in places)) return;
      this.move(places[event.key]);
      event.preventDefault();
      event.stopPropagation();
    },
    move(place) {
      this.at = Math.min(100, Math.max(0, place));
    },
  },
};
