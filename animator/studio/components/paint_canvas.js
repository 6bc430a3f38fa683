// A canvas to draw on an image: colors, a mask, or room around it. What is drawn is sent when it is asked for.
import { Gestures, Layers, View, follow, imageOf, storeCanvas } from "animator-paint";
import { fileIn, storedFile } from "animator-sending";

const SIDES = ["left", "top", "right", "bottom"];
const STEP = 8; // pixels by which room grows

export default {
  template: `
    <div class="paint" @dragover.prevent @drop.prevent="take(fileOf($event.dataTransfer))" @paste="onPaste">
      <div class="paint-tools" role="toolbar" :aria-label="texts.tools">
        <label class="paint-button" :title="texts.open">
          <span class="material-icons" aria-hidden="true">image</span><span class="studio-unseen">{{ texts.open }}</span>
          <input type="file" accept="image/*" class="studio-unseen" data-testid="canvas-file"
            @change="take($event.target.files[0]); $event.target.value = ''">
        </label>
        <label v-if="mode === 'inpaint'" class="paint-button" :title="texts.open_mask">
          <span class="material-icons" aria-hidden="true">tonality</span>
          <span class="studio-unseen">{{ texts.open_mask }}</span>
          <input type="file" accept="image/*" class="studio-unseen" data-testid="canvas-mask-file"
            @change="takeMask($event.target.files[0]); $event.target.value = ''">
        </label>
        <button v-for="one in buttons" :key="one.name" type="button" class="paint-button" :title="texts[one.name]"
          :aria-label="texts[one.name]" :aria-pressed="one.pressed" :data-testid="'canvas-' + one.name"
          @click="one.act"><span class="material-icons" aria-hidden="true">{{ one.icon }}</span></button>
        <template v-if="paints">
          <label class="paint-field" v-if="layer === 'sketch'">{{ texts.color }}
            <input type="color" v-model="brush.color" data-testid="canvas-color"></label>
          <label class="paint-field">{{ texts.size }}
            <input type="range" min="1" max="400" v-model.number="brush.size" data-testid="canvas-size"></label>
          <label class="paint-field">{{ texts.hardness }}
            <input type="range" min="0" max="1" step="0.05" v-model.number="brush.hardness"></label>
        </template>
      </div>
      <div class="paint-area" ref="area">
        <canvas ref="screen" class="paint-screen" tabindex="0" role="application" data-testid="paint-canvas"
          :data-image="shown" :data-masked="masked" :aria-label="texts.canvas" :aria-description="paints ? texts.keys : ''"
          @pointerdown="gestures.down($event)" @pointermove="onMove" @pointerup="gestures.up($event)"
          @pointercancel="gestures.up($event)" @pointerleave="onLeave" @wheel="onWheel" @keydown="onKey"
          @keyup.space.prevent="drawsByKey = false"></canvas>
        <template v-if="mode === 'outpaint'">
          <button v-for="side in sides" :key="side" type="button" class="paint-handle" :style="handleStyle(side)"
            role="slider" :aria-label="texts[side]" :aria-valuenow="margins[side]" aria-valuemin="0"
            aria-valuemax="4096" :data-testid="'canvas-handle-' + side" @pointerdown="dragSide(side, $event)"
            @keydown="keySide(side, $event)">{{ margins[side] }}</button>
        </template>
      </div>
      <p class="paint-note" role="status">{{ note }}</p>
    </div>`,
  props: { mode: String, image: String, mask: String, blank: Array, inner: Array, margins: Object, texts: Object },
  data: () => ({
    brush: { size: 40, hardness: 0.8, color: "#3d7a5a", erases: false },
    moves: false, note: "", shown: "", masked: false, sides: SIDES, place: 0, drawsByKey: false, size: [512, 512],
  }),
  computed: {
    layer() { return this.mode === "inpaint" ? "mask" : "sketch"; },
    paints() { return ["sketch", "inpaint", "inpaint_sketch"].includes(this.mode); },
    buttons() {
      const painting = [
        { name: "brush", icon: "brush", pressed: !this.brush.erases && !this.moves, act: () => this.choose(false) },
        { name: "eraser", icon: "cleaning_services", pressed: this.brush.erases && !this.moves, act: () => this.choose(true) },
        { name: "fill", icon: "format_color_fill", act: () => this.change(() => this.layers.fill(this.layer, this.brush.color)) },
        { name: "clear", icon: "delete_sweep", act: () => this.change(() => this.layers.clear(this.layer)) },
        { name: "undo", icon: "undo", act: () => this.change(() => this.layers.undo()) },
        { name: "redo", icon: "redo", act: () => this.change(() => this.layers.redo()) },
      ];
      const viewing = [
        { name: "move", icon: "pan_tool", pressed: this.moves, act: () => (this.moves = !this.moves) },
        { name: "zoom_in", icon: "zoom_in", act: () => this.zoomBy(1.25) },
        { name: "zoom_out", icon: "zoom_out", act: () => this.zoomBy(0.8) },
        { name: "fit", icon: "fit_screen", act: () => this.fit() },
      ];
      return [...(this.paints ? painting : []), ...viewing];
    },
  },
  created() {
    // Not reactive: what is drawn is large.
    this.layers = new Layers();
    this.view = new View();
    this.cursor = null;
    this.sent = {}; // names by which the server knows what was loaded or drawn
    this.drags = false;
    this.gestures = new Gestures({
      draw: (phase, event) => this.paints && this.drawPart(phase, this.pointOf(event), event.pressure),
      move: (x, y) => this.change(() => this.view.move(x, y)),
      zoom: (factor, x, y) => this.change(() => this.view.zoom(factor, x, y)),
      moves: () => this.moves || !this.paints,
    });
  },
  async mounted() {
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.$refs.area);
    await this.begin(() => this.load());
    await this.begin(() => this.loadMask());
  },
  unmounted() { this.watcher?.disconnect(); },
  watch: {
    image() {
      const name = this.nameIn(this.image);
      if (name !== this.sent.image?.name && name !== this.sent.sketch?.name) this.begin(() => this.load());
    },
    mask() { if (this.mask && this.nameIn(this.mask) !== this.sent.mask?.name) this.begin(() => this.loadMask()); },
    blank() { if (!this.image && !this.layers.done.length) this.begin(() => this.load()); },
    mode() { this.fit(); },
    margins: { deep: true, handler() { this.drags ? this.change(() => this.makeRoom()) : this.fit(); } },
  },
  methods: {
    fileOf: fileIn,
    nameIn(url) { return url ? new URLSearchParams(url.split("?")[1]).get("name") : ""; },
    async attempt(work) {
      this.note = "";
      try { return await work(); } catch (error) { this.note = error.message; return undefined; }
    },
    /** Loads something after all that is being loaded; what is drawn is not sent before. */
    begin(work) { return (this.loading = (this.loading || Promise.resolve()).then(work)); },
    async load() {
      const found = this.image ? await this.attempt(() => imageOf(this.image)) : null;
      this.size = found ? [found.width, found.height] : [...this.blank];
      this.layers.open(found?.image || null, ...this.size);
      this.sent = { image: { version: this.layers.version, name: this.nameIn(this.image) } };
      this.brush.size = Math.max(4, Math.round(Math.max(this.layers.width, this.layers.height) / 12));
      this.fit();
      this.shown = this.nameIn(this.image);
    },
    async loadMask() {
      if (!this.mask) return;
      await this.attempt(async () => {
        this.layers.openMask((await imageOf(this.mask)).image);
        this.sent.mask = { version: this.layers.version, layer: "mask", name: this.nameIn(this.mask) };
        this.masked = true;
      });
      this.draw();
    },
    async take(file) {
      if (!file) return;
      const stored = await this.attempt(() => storedFile(file, file.name, this.texts.failed));
      if (stored) this.$emit("image", { name: stored.name });
    },
    async takeMask(file) {
      if (!file) return;
      await this.attempt(async () => this.layers.openMask(await createImageBitmap(file)));
      this.masked = true;
      this.draw();
    },
    onPaste(event) { this.take(fileIn(event.clipboardData)); },
    choose(erases) { this.brush.erases = erases; this.moves = false; },
    change(work) { work(); this.draw(); },
    screenPoint(event) {
      const box = this.$refs.screen.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    pointOf(event) { return this.view.toDrawing(...this.screenPoint(event)); },
    drawPart(phase, [x, y], pressure) {
      const force = pressure > 0 && pressure !== 0.5 ? Math.max(0.1, pressure) : 1; // a mouse says 0.5
      if (phase === "begin") this.layers.begin(this.layer, { ...this.brush }, [x, y, force]);
      if (phase === "extend") this.layers.extend([x, y, force]);
      if (phase === "cancel") this.layers.undo();
      this.draw();
    },
    onMove(event) {
      this.cursor = this.paints && !this.moves ? this.pointOf(event) : null;
      this.gestures.move(event);
      this.draw();
    },
    onLeave() { this.cursor = null; this.draw(); },
    onWheel(event) {
      if (!event.ctrlKey) return; // the page scrolls
      event.preventDefault();
      this.change(() => this.view.zoom(Math.exp(-event.deltaY / 300), ...this.screenPoint(event)));
    },
    zoomBy(factor) {
      const { clientWidth, clientHeight } = this.$refs.screen;
      this.change(() => this.view.zoom(factor, clientWidth / 2, clientHeight / 2));
    },
    onKey(event) {
      const act = this.keyAction(event);
      if (!act) return;
      event.preventDefault();
      this.change(act);
    },
    keyAction(event) {
      if (event.ctrlKey || event.metaKey) {
        const key = event.key.toLowerCase();
        if (key !== "z" && key !== "y") return undefined;
        return key === "y" || event.shiftKey ? () => this.layers.redo() : () => this.layers.undo();
      }
      const step = this.brush.size / (event.shiftKey ? 1 : 4);
      const keys = {
        "+": () => this.zoomBy(1.25), "-": () => this.zoomBy(0.8), "0": () => this.fit(),
      };
      if (!this.paints) return keys[event.key];
      return {
        ...keys,
        ArrowLeft: () => this.moveCursor(-step, 0), ArrowRight: () => this.moveCursor(step, 0),
        ArrowUp: () => this.moveCursor(0, -step), ArrowDown: () => this.moveCursor(0, step),
        " ": () => event.repeat || this.beginByKey(),
        "[": () => (this.brush.size = Math.max(1, Math.round(this.brush.size * 0.8))),
        "]": () => (this.brush.size = Math.min(400, Math.round(this.brush.size * 1.25) + 1)),
        b: () => this.choose(false), e: () => this.choose(true),
      }[event.key];
    },
    moveCursor(x, y) {
      const [oldX, oldY] = this.cursor || [this.layers.width / 2, this.layers.height / 2];
      this.cursor = [
        Math.min(this.layers.width, Math.max(0, oldX + x)), Math.min(this.layers.height, Math.max(0, oldY + y)),
      ];
      if (this.drawsByKey) this.layers.extend([...this.cursor, 1]);
    },
    beginByKey() {
      this.moveCursor(0, 0);
      this.layers.begin(this.layer, { ...this.brush }, [...this.cursor, 1]);
      this.drawsByKey = true;
    },
    /** Pixels of the result in one pixel of the drawing. */
    grain() { return (this.inner || this.size)[0] / this.layers.width; },
    fit() {
      if (!this.$refs.screen) return;
      const { clientWidth, clientHeight } = this.$refs.screen;
      const ratio = window.devicePixelRatio || 1;
      this.$refs.screen.width = Math.round(clientWidth * ratio);
      this.$refs.screen.height = Math.round(clientHeight * ratio);
      this.makeRoom();
      this.view.fit(this.layers, clientWidth, clientHeight);
      this.draw();
    },
    makeRoom() {
      const pixels = this.mode === "outpaint" ? 1 / this.grain() : 0;
      for (const side of SIDES) this.view.room[side] = this.margins[side] * pixels;
    },
    draw() {
      if (!this.$refs.screen) return;
      const cursor = this.cursor && { x: this.cursor[0], y: this.cursor[1], size: this.brush.size };
      this.view.draw(this.$refs.screen.getContext("2d"), this.layers, this.shownMode(), cursor);
      if (this.mode === "outpaint") this.place++; // handles follow
    },
    /** An image that was sent with its sketch shows it in all modes. */
    shownMode() {
      const isSketched = this.sent.sketch && this.nameIn(this.image) === this.sent.sketch.name;
      return { mode: this.mode, sketch: isSketched || this.mode.endsWith("sketch"), mask: this.mode === "inpaint" };
    },
    handleStyle(side) {
      const { x, y, scale, room } = this.view;
      const edges = this.place >= 0 && {
        left: x - room.left * scale, right: x + (this.layers.width + room.right) * scale,
        top: y - room.top * scale, bottom: y + (this.layers.height + room.bottom) * scale,
      };
      const across = side === "left" || side === "right";
      return across
        ? { left: edges[side] + "px", top: (edges.top + edges.bottom) / 2 + "px" }
        : { top: edges[side] + "px", left: (edges.left + edges.right) / 2 + "px" };
    },
    dragSide(side, event) {
      const first = [event.clientX, event.clientY];
      const [before, pixels] = [this.margins[side], this.grain() / this.view.scale];
      const sign = side === "left" || side === "top" ? -1 : 1;
      const at = side === "left" || side === "right" ? 0 : 1;
      this.drags = true;
      const move = (moved) => this.setSide(side, before + sign * pixels * ([moved.clientX, moved.clientY][at] - first[at]));
      follow(event, move, () => this.change(() => ((this.drags = false), this.fit())));
    },
    keySide(side, event) {
      const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 8, PageDown: -8 }[event.key];
      if (!steps) return;
      event.preventDefault();
      this.setSide(side, this.margins[side] + steps * STEP);
    },
    setSide(side, value) {
      const size = Math.min(4096, Math.max(0, Math.round(value / STEP) * STEP));
      if (size !== this.margins[side]) this.$emit("side", { side, size });
    },
    /** Stores what is drawn, and returns the names of the image and the mask; null where there is none. */
    async flush() {
      await this.loading;
      try {
        return { image: await this.imageName(), mask: await this.maskName() };
      } catch (error) {
        return { error: error.message };
      }
    },
    async imageName() {
      if (!this.mode.endsWith("sketch")) return this.nameIn(this.image) || null;
      if (this.layers.isEmpty("sketch")) return this.sent.image?.name || null;
      if (this.sent.sketch?.version !== this.layers.version) {
        const name = await storeCanvas(this.layers.sketched(), "sketch.png", this.texts.failed);
        this.sent.sketch = { version: this.layers.version, name };
      }
      return this.sent.sketch.name;
    },
    async maskName() {
      if (!["inpaint", "inpaint_sketch"].includes(this.mode) || this.layers.isEmpty(this.layer)) return null;
      const sent = this.sent.mask;
      if (sent?.version !== this.layers.version || sent.layer !== this.layer) {
        const name = await storeCanvas(this.layers.maskOf(this.layer), "mask.png", this.texts.failed);
        this.sent.mask = { version: this.layers.version, layer: this.layer, name };
      }
      return this.sent.mask.name;
    },
  },
};
