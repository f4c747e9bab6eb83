// Parsers of values as text; text that is no value passes unchanged, for the service to refuse.

/** An integer in decimal digits. */
export const readInteger = (text) => (/^-?(?:0|[1-9]\d{0,59})$/.test(text) ? Number(text) : text);

export const unwrapSingle = (list) => (list.length === 1 ? list[0] : list);

/** A size: one integer, or a list of several separated by x or ×. */
export const readSizes = (text) => unwrapSingle(text.split(/[x×]/).map(readInteger));
