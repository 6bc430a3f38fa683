// What is drawn over an image: a layer of colors and a mask, as lists of strokes, so that undo costs no memory.

export const MAX_SIDE = 2048; // of a drawing, in pixels; what is drawn on a larger image is scaled by the server
const MAX_UNDO = 200;
const SPACING = 0.12; // between two stamps of a stroke, as a share of the brush
export const MASK_COLOR = "#e0457b";

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function withAlpha(color, alpha) {
  return color + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

/** Draws a stamp of a brush: full up to its hardness, and fading from there. */
function stamp(context, x, y, radius, step) {
  const gradient = context.createRadialGradient(x, y, radius * step.hardness * 0.99, x, y, radius);
  gradient.addColorStop(0, withAlpha(step.color, 1));
  gradient.addColorStop(1, withAlpha(step.color, 0));
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Draws a stroke from one of its points to its end. Points are [x, y, pressure]. */
function drawStroke(context, step, from = 0) {
  context.save();
  context.globalCompositeOperation = step.erases ? "destination-out" : "source-over";
  for (let index = from; index < step.points.length; index++) {
    const [x, y, pressure] = step.points[index];
    const [oldX, oldY] = step.points[Math.max(0, index - 1)];
    const radius = Math.max(0.5, (step.size / 2) * pressure);
    const stamps = Math.max(1, Math.ceil(Math.hypot(x - oldX, y - oldY) / Math.max(1, step.size * SPACING)));
    for (let part = 1; part <= stamps; part++) {
      stamp(context, oldX + ((x - oldX) * part) / stamps, oldY + ((y - oldY) * part) / stamps, radius, step);
    }
  }
  context.restore();
}

function play(context, step) {
  const { width, height } = context.canvas;
  if (step.kind === "stroke") drawStroke(context, step);
  if (step.kind !== "stroke") context.clearRect(0, 0, width, height);
  if (step.kind === "fill") {
    context.fillStyle = step.color;
    context.fillRect(0, 0, width, height);
  }
  if (step.kind === "image") context.drawImage(step.image, 0, 0, width, height);
}

export class Layers {
  constructor() {
    this.image = null;
    this.resize(512, 512);
  }

  /** Begins with an image, or a white one of a size where there is none; nothing is drawn yet. */
  open(image, width, height) {
    this.image = image;
    this.resize(image ? image.width : width, image ? image.height : height);
  }

  resize(width, height) {
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    this.width = Math.max(1, Math.round(width * scale));
    this.height = Math.max(1, Math.round(height * scale));
    this.sketch = canvasOf(this.width, this.height);
    this.mask = canvasOf(this.width, this.height);
    this.base = { sketch: canvasOf(this.width, this.height), mask: canvasOf(this.width, this.height) };
    this.done = [];
    this.undone = [];
    this.version = (this.version || 0) + 1;
  }

  /** Draws a mask that was painted before: its white becomes the mask. */
  openMask(image) {
    const canvas = canvasOf(this.width, this.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, this.width, this.height);
    const pixels = context.getImageData(0, 0, this.width, this.height);
    const color = [1, 3, 5].map((at) => parseInt(MASK_COLOR.slice(at, at + 2), 16));
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data[at + 3] = pixels.data[at + 1];
      pixels.data.set(color, at);
    }
    context.putImageData(pixels, 0, 0);
    this.add({ kind: "image", layer: "mask", image: canvas });
  }

  begin(layer, brush, point) {
    const color = layer === "mask" ? MASK_COLOR : brush.color;
    this.add({ kind: "stroke", layer, ...brush, color, points: [point] });
  }

  extend(point) {
    const step = this.done[this.done.length - 1];
    step.points.push(point);
    drawStroke(this[step.layer].getContext("2d"), step, step.points.length - 1);
    this.version++;
  }

  fill(layer, color) {
    this.add({ kind: "fill", layer, color: layer === "mask" ? MASK_COLOR : color });
  }

  clear(layer) {
    this.add({ kind: "clear", layer });
  }

  add(step) {
    this.done.push(step);
    this.undone = [];
    if (this.done.length > MAX_UNDO) {
      const oldest = this.done.shift();
      play(this.base[oldest.layer].getContext("2d"), oldest);
    }
    play(this[step.layer].getContext("2d"), step);
    this.version++;
  }

  undo() {
    const step = this.done.pop();
    if (!step) return;
    this.undone.push(step);
    this.replay(step.layer);
  }

  redo() {
    const step = this.undone.pop();
    if (!step) return;
    this.done.push(step);
    this.replay(step.layer);
  }

  replay(layer) {
    const context = this[layer].getContext("2d");
    context.clearRect(0, 0, this.width, this.height);
    context.drawImage(this.base[layer], 0, 0);
    for (const step of this.done.filter((one) => one.layer === layer)) play(context, step);
    this.version++;
  }

  isEmpty(layer) {
    const { data } = this[layer].getContext("2d").getImageData(0, 0, this.width, this.height);
    for (let at = 3; at < data.length; at += 4) if (data[at]) return false;
    return true;
  }

  /** Returns the image with the colors on it. */
  sketched() {
    const canvas = canvasOf(this.width, this.height);
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, this.width, this.height);
    if (this.image) context.drawImage(this.image, 0, 0, this.width, this.height);
    context.drawImage(this.sketch, 0, 0);
    return canvas;
  }

  /** Returns a mask: white where something is drawn on a layer, black elsewhere. */
  maskOf(layer) {
    const white = canvasOf(this.width, this.height);
    const context = white.getContext("2d");
    context.drawImage(this[layer], 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, this.width, this.height);
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#000000";
    context.fillRect(0, 0, this.width, this.height);
    return white;
  }
}
