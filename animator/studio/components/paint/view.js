// How a drawing lies on the screen: zoomed and moved, with room around it where the image is to grow.

const MARGIN = 24; // pixels of the screen around the drawing, where handles find room

export class View {
  constructor() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.room = { left: 0, top: 0, right: 0, bottom: 0 };
  }

  /** Shows all of a drawing, and the room around it, in the middle of a screen of a size. */
  fit(layers, width, height) {
    const { left, top, right, bottom } = this.room;
    const across = layers.width + left + right;
    const down = layers.height + top + bottom;
    this.scale = Math.min((width - 2 * MARGIN) / across, (height - 2 * MARGIN) / down, 8);
    this.x = (width - across * this.scale) / 2 + left * this.scale;
    this.y = (height - down * this.scale) / 2 + top * this.scale;
  }

  toDrawing(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  /** Zooms by a factor around a point of the screen, which stays in place. */
  zoom(factor, x, y) {
    const scale = Math.min(32, Math.max(0.02, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
  }

  move(x, y) {
    this.x += x;
    this.y += y;
  }

  /** Draws the layers that are shown. `cursor` is the brush: its place and size in the drawing, or null. */
  draw(context, layers, shown, cursor) {
    const { width, height } = context.canvas;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(this.scale * ratio, 0, 0, this.scale * ratio, this.x * ratio, this.y * ratio);
    if (shown.mode === "outpaint") this.drawRoom(context, layers);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, layers.width, layers.height);
    if (layers.image) context.drawImage(layers.image, 0, 0, layers.width, layers.height);
    if (shown.sketch) context.drawImage(layers.sketch, 0, 0);
    if (shown.mask) {
      context.globalAlpha = 0.55;
      context.drawImage(layers.mask, 0, 0);
      context.globalAlpha = 1;
    }
    if (cursor) this.drawCursor(context, cursor);
  }

  drawRoom(context, layers) {
    const { left, top, right, bottom } = this.room;
    context.fillStyle = "rgba(128, 128, 128, 0.35)";
    context.fillRect(-left, -top, layers.width + left + right, layers.height + top + bottom);
  }

  drawCursor(context, { x, y, size }) {
    context.lineWidth = 1.5 / this.scale;
    for (const [color, radius] of [["#000000", size / 2], ["#ffffff", size / 2 + 1.5 / this.scale]]) {
      context.strokeStyle = color;
      context.beginPath();
      context.arc(x, y, Math.max(radius, 1), 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
