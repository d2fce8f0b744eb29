/** What a note is begun from; titles and texts are words of the window. */
export const TEMPLATES = ["visit", "advice", "result", "referral", "discharge"] as const;

export type Template = (typeof TEMPLATES)[number];
