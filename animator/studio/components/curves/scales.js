// Pure functions between frames, values and pixels.

export const EDGE = 9; // pixels left free at each end of the time axis, so that keys there are whole
const MARGIN = 11; // pixels left free above and below a curve

export function xOf(frame, view, width) {
  return EDGE + ((frame - view.start) / Math.max(view.end - view.start, 1)) * (width - 2 * EDGE);
}

export function frameOf(x, view, width) {
  return view.start + ((x - EDGE) / Math.max(width - 2 * EDGE, 1)) * Math.max(view.end - view.start, 1);
}

export function yOf(value, scale, height) {
  return height - MARGIN - ((value - scale.low) / (scale.high - scale.low)) * (height - 2 * MARGIN);
}

export function valueOf(y, scale, height) {
  return scale.low + ((height - MARGIN - y) / (height - 2 * MARGIN)) * (scale.high - scale.low);
}

// Lowest and highest value that the row of a curve has room for.
export function scaleOf(curve) {
  let low = Infinity;
  let high = -Infinity;
  const see = (value) => {
    if (value === null) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  curve.values.forEach(see);
  curve.raw?.forEach(see);
  curve.keys.forEach((key) => see(key.value));
  if (low > high) return { low: 0, high: 1 };
  if (curve.low !== null && curve.high !== null && curve.high - curve.low <= 10 * (high - low || 1)) {
    return { low: Math.min(low, curve.low), high: Math.max(high, curve.high) };
  }
  const room = high > low ? (high - low) * 0.08 : curve.whole ? 2 : Math.max(Math.abs(high) * 0.1, 0.1);
  return { low: low - room, high: high + room };
}

// True for a curve that is a single value, given by a single key.
export function isConstant(curve) {
  return curve.keyCount === 1 && curve.values.every((value) => value !== null && value === curve.values[0]);
}

// The smallest round step (1, 2 or 5 times a power of ten) of at least some size.
export function roundStep(least, smallest = 1e-12) {
  const size = Math.max(least, smallest);
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((each) => each * power >= size * (1 - 1e-9));
  return factor * power;
}

// How much an arrow key changes a value; also what dragged values are rounded to.
export function valueStep(curve, scale) {
  return curve.whole ? 1 : roundStep((scale.high - scale.low) / 200);
}

export function rounded(value, step) {
  return Number((Math.round(value / step) * step).toPrecision(12));
}

export function clamped(value, low, high) {
  return Math.min(Math.max(value, low ?? -Infinity), high ?? Infinity);
}

export function format(value) {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(6)));
}

// Index of the last of some ascending numbers that is not above another one; -1 where all are.
export function lastAt(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Value of a curve at a frame, and whether it is exact: in long films not every frame is sent.
export function valueAt(curve, frame) {
  const at = lastAt(curve.frames, frame);
  if (at < 0) return { value: curve.values[0] ?? null, exact: false };
  if (curve.frames[at] === frame || at + 1 === curve.frames.length || curve.whole) {
    return { value: curve.values[at], exact: curve.frames[at] === frame };
  }
  const share = (frame - curve.frames[at]) / (curve.frames[at + 1] - curve.frames[at]);
  return { value: curve.values[at] * (1 - share) + curve.values[at + 1] * share, exact: false };
}

// Path of a line through points; whole numbers make steps, and missing values gaps.
export function pathOf(curve, values, x, y, view) {
  const from = Math.max(lastAt(curve.frames, view.start) - 1, 0);
  const to = Math.min(lastAt(curve.frames, view.end) + 2, curve.frames.length);
  let path = "";
  let isDown = false;
  for (let i = from; i < to; i++) {
    if (values[i] === null) {
      isDown = false;
      continue;
    }
    const across = x(curve.frames[i]).toFixed(1);
    const up = y(values[i]).toFixed(1);
    path += !isDown ? `M${across} ${up}` : curve.whole ? `H${across}V${up}` : `L${across} ${up}`;
    isDown = true;
  }
  return to - from === 1 && path ? `${path}h0.1` : path;
}

// Keys sorted by frame, each with its place among all of them.
export function ranked(keys) {
  const order = [...keys].sort((a, b) => a.frame - b.frame).map((key) => key.index);
  return keys.map((key) => ({ ...key, rank: order.indexOf(key.index) + 1 }));
}

// Replaces `{name}` in a text.
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
