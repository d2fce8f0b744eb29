export const timeline = {
  timeline: {
    jump: "Jump to year",
    noDate: "Without a date",
    count_one: "{{count}} record",
    count_other: "{{count}} records",
  },
};
