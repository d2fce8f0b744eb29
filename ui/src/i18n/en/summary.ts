export const summary = {
  summary: {
    title: "Health summary",
    lead: "The most important things from all your documents, on one page.",
    open: "Health summary",
    reading: "Reading document {{done}} of {{total}}",
    cancelled: "The summary was not finished. Your documents are not affected.",
    make: "Make the summary",
    outdated: "Documents were added or removed since this summary was made.",
    again: "Make it again",
    made_one: "Made on {{date}} from {{count}} document.",
    made_other: "Made on {{date}} from {{count}} documents.",
    caution:
      "CareKey put it together; nobody has checked it as a whole. Where documents differ, the newest one counts.",
    unread_one: "{{count}} document could not be read and is missing here: {{titles}}",
    unread_other: "{{count}} documents could not be read and are missing here: {{titles}}",
    empty:
      "Your documents hold no problems, medicines, allergies or results that can be read. They will appear here as soon as one does.",
    pastProblems: "Past problems",
    pastMedication: "Medication no longer taken",
    from: "{{author}},",
    savePdf: "Save to print",
    saveIps: "Save for another hospital",
    file: "Health summary",
    saved: "Saved as {{file}}.",
  },
};
