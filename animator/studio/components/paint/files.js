// Pictures from and to the server, and from the clipboard and dropped files.

/** Returns the picture of a URL of this server, with its own size; an Error with the server's words. */
export async function pictureOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(await reasonOf(answer));
  const picture = await createImageBitmap(await answer.blob());
  const [width, height] = (answer.headers.get("x-image-size") || "").split("x").map(Number);
  return { picture, width: width || picture.width, height: height || picture.height };
}

/** Stores a file on the server, and returns what the server says of it. */
export async function storedFile(blob, name) {
  const answer = await fetch("/api/v1/files?name=" + encodeURIComponent(name), {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: blob,
  });
  if (!answer.ok) throw new Error(await reasonOf(answer));
  return answer.json();
}

/** Stores a file on the server, and returns the name by which settings refer to it. */
export async function store(blob, name) {
  return (await storedFile(blob, name)).name;
}

export async function storeCanvas(canvas, name) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the drawing is too large for this browser");
  return store(blob, name);
}

/** Returns the first file that is dropped or pasted; undefined where there is none. */
export function fileIn(transfer) {
  return [...(transfer?.files || [])][0];
}

async function reasonOf(answer) {
  try {
    const { detail, title } = await answer.json();
    return detail || title || answer.statusText;
  } catch {
    return answer.statusText || String(answer.status);
  }
}
