// Files on their way to the server: dropped, pasted or chosen ones.

/** Returns the path below which a proxy serves the studio. */
export const prefix = () => window.path_prefix || "";

/** Returns the first file that is dropped or pasted; undefined where there is none. */
export function fileIn(transfer) {
  return [...(transfer?.files || [])][0];
}

/**
 * Stores a file on the server, and returns what the server says of it; an Error with the server's words.
 *
 * @param blob the file.
 * @param name its name where it comes from.
 * @param failed what is said where the server says nothing.
 * @param sent is called with the percentage that has been sent.
 */
export function storedFile(blob, name, failed, sent = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // which, unlike fetch, tells how far it is
    request.open("POST", `${prefix()}/api/v1/files?name=${encodeURIComponent(name.slice(-200))}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => sent(Math.round((100 * loaded) / Math.max(total, 1)));
    request.onerror = () => reject(new Error(failed));
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Error(request.response?.detail || `${failed} (${request.status})`));
    };
    request.send(blob);
  });
}
