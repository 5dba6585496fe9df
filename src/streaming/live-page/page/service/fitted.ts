type Size = { readonly width: number; readonly height: number };

/** Where a picture lies in an area that shows all of it, as `object-fit: contain` places it. */
export function fitted(
  picture: Size,
  area: Size,
): { readonly left: number; readonly top: number; readonly scale: number } {
  const scale = Math.min(area.width / picture.width, area.height / picture.height);
  return {
    left: (area.width - picture.width * scale) / 2,
    top: (area.height - picture.height * scale) / 2,
    scale,
  };
}
