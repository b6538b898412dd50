/** The path of a member of an object, as the API server writes it: `spec.ports`. */
export function memberPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

/** The path of an item of a list: `spec.ports[0]`. */
export function itemPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}

/** The path that a JSON Pointer such as `/spec/ports/0/port` means in a value: `spec.ports[0].port`. */
export function pointerPath(root: unknown, pointer: string): string {
  let value = root;
  let path = '';
  for (const escaped of pointer.split('/').slice(1)) {
    const part = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(value) ? itemPath(path, Number(part)) : memberPath(path, part);
    value = (value as Record<string, unknown> | undefined)?.[part];
  }
  return path;
}
