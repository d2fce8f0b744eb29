//! What messages say, in a few words.

use carekey_protocol::MessageId;
use carekey_protocol::message::{AppointmentMessage, MessageBody, RequestMessage};
use carekey_wallet::Wallet;

use crate::types::{AppEvent, NewsKind, NewsView};

/// A message that came, as news.
pub(crate) fn news(wallet: &Wallet, id: &MessageId) -> Option<AppEvent> {
    let row = wallet.message(id).ok()?;
    let person = wallet.person(&row.peer).ok().map(|certificate| certificate.body.name.to_string());
    let (kind, title) = match &row.body {
        MessageBody::Request(RequestMessage::Ask { .. } | RequestMessage::Withdraw { .. }) => (NewsKind::Request, None),
        MessageBody::Request(_) => (NewsKind::Answer, None),
        MessageBody::Appointment(AppointmentMessage::Wish { reason, .. }) => {
            (NewsKind::Appointment, Some(reason.to_string()))
        }
        MessageBody::Appointment(_) => (NewsKind::Appointment, None),
        MessageBody::Recovery(_) => (NewsKind::Recovery, None),
    };
    Some(AppEvent::News { news: NewsView { kind, person, title } })
}
