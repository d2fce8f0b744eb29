export const links = {
  links: {
    contact: "A contact card",
    contactLead:
      "This is the contact card of {{name}} ({{role}}). Add it to your people, so that you can share records?",
    contactLocked:
      "This is the contact card of {{name}} ({{role}}). Open your own profile first, then open the link again to add it.",
    contactAdd: "Add {{name}}",
    notNow: "Not now",
    invitation: "An invitation",
    invitationLead: "This invites you to a network of hospitals. Only join if you expected it.",
    invitationJoined: "This computer knows {{name}} now. Set up CareKey on the first page to register there.",
    recovery: "A call for help",
    recoveryLead:
      "Somebody wants to recover their records with your help. Speak to them first: in person, or by a phone number you already know.",
    recoveryNumber: "Number of the call",
    recoveryGo: "Go to “Help from people”",
    enrolment: "A one-time code",
    enrolmentLead:
      "CareKey asks for this code when a new profile is registered with its hospital. Do not pass it on.",
    unknown: "This link",
  },
};
